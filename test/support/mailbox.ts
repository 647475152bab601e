import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export type Mail = {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly raw: string
  /** The only run of six or eight digits in its text. */
  readonly code: string
}

/** What the mail server does with the next messages. */
export type Mood =
  | { readonly mood: 'accept' }
  | { readonly mood: 'refuse-recipient' | 'busy' | 'hang' }
  /** Thinks for a while. */
  | { readonly mood: 'slow' }

export type Mailbox = AsyncDisposable & {
  readonly port: number
  readonly mails: Mail[]
  /** How many messages were begun. */
  begun(): number
  set(mood: Mood['mood']): void
  last(): Mail
}

const SLOW_MS = 700

/** A real SMTP server on loopback that keeps what it is sent. */
export async function openMailbox(port = 0): Promise<Mailbox> {
  const mails: Mail[] = []
  let mood: Mood['mood'] = 'accept'
  let begun = 0
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo(_address, _session, callback) {
      begun++
      if (mood === 'hang') return
      if (mood === 'slow') setTimeout(() => callback(), SLOW_MS)
      else callback(mood === 'accept' ? null : refusal(mood))
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks).toString('utf8')
        const parsed = await simpleParser(raw)
        mails.push(mailOf(parsed, raw, session.envelope.rcptTo[0]?.address ?? ''))
        callback()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    begun: () => begun,
    set(to) {
      mood = to
    },
    last() {
      const mail = mails.at(-1)
      if (mail === undefined) throw new Error('no mail came')
      return mail
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

function mailOf(parsed: ParsedMail, raw: string, to: string): Mail {
  const text = parsed.text ?? ''
  const html = typeof parsed.html === 'string' ? parsed.html : ''
  const code = /(?<![0-9])(?:[0-9]{6}|[0-9]{8})(?![0-9])/.exec(text)?.[0] ?? ''
  return { to, subject: parsed.subject ?? '', text, html, raw, code }
}

function refusal(mood: 'refuse-recipient' | 'busy'): Error {
  const [responseCode, message] =
    mood === 'busy' ? [451, '4.3.1 try again later'] : [550, '5.1.1 no such user']
  return Object.assign(new Error(message), { responseCode })
}
