import { createRequire } from 'node:module'
import type * as Nodemailer from 'nodemailer'
import type { Secret, Stopwatch } from '../../kernel/index.ts'
import type { Channel, CodeMessage, Delivery, NoticeChannel, NoticeMessage } from '../channel.ts'
import { noticeMark } from '../notice-mark.ts'
import type { CodeMail, RenderCodeMail } from './message.ts'
import type { RenderNoticeMail } from './notice-message.ts'
import { blameOf, type MailError, outcomeOf } from './verdict.ts'

export type EmailSettings = {
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly requireTls: boolean
  /** As mail programs show it: `Name <address>`. */
  readonly from: string
  readonly signIn: { readonly user: string; readonly password: Secret } | null
  readonly dkim: {
    readonly domainName: string
    readonly keySelector: string
    readonly privateKey: Secret
  } | null
  readonly codeInSubject: boolean
}

const PROVIDER = 'smtp'
// Not by `import`: as a module it imports `node:http`, and that loads all of `fetch` (see http/node-http.ts).
const { createTransport }: typeof Nodemailer = createRequire(import.meta.url)('nodemailer')

/** nodemailer's own are minutes; a person waits for this. */
const TIMEOUTS = {
  dnsTimeout: 3_000,
  connectionTimeout: 5_000,
  greetingTimeout: 5_000,
  socketTimeout: 10_000,
} as const
const MAIL_MS_MAX = 8_000
const CONNECTIONS_MAX = 5
const WAITING_MAX = 50

/** One address, of ASCII before the @, without anything that an address parser could read as more than one. */
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}$/

/**
 * Mail by SMTP over a small pool. One recipient a message, never in clear where the settings say TLS, and no wait beyond
 * its deadline: a gateway that hangs costs the person eight seconds and nobody else anything.
 */
export function createEmailChannel(deps: {
  readonly settings: EmailSettings
  readonly render: RenderCodeMail
  readonly renderNotice: RenderNoticeMail
  readonly log: { warn(message: string, facts: object): void }
  readonly stopwatch: Stopwatch
  readonly timed: (provider: string, seconds: number) => void
}): Channel & NoticeChannel & AsyncDisposable {
  const { settings, render, renderNotice, log, timed, stopwatch } = deps
  const transport = createTransport({
    ...TIMEOUTS,
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    host: settings.host,
    port: settings.port,
    secure: settings.secure,
    requireTLS: settings.requireTls && !settings.secure,
    ...(settings.signIn === null
      ? {}
      : { auth: { user: settings.signIn.user, pass: settings.signIn.password.reveal() } }),
    ...(settings.dkim === null
      ? {}
      : { dkim: { ...settings.dkim, privateKey: settings.dkim.privateKey.reveal() } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const sending = new Set<AbortController>()
  let isEnded = false

  return {
    kind: 'email',
    send: (message) => handed(message, codeMail(message)),
    tell: async (message) => (await handed(message, noticeMail(message))).outcome,
    end() {
      isEnded = true
      for (const one of sending) one.abort()
    },
    async [Symbol.asyncDispose]() {
      transport.close()
    },
  }

  async function handed(message: { readonly to: string }, mail: Mail): Promise<Delivery> {
    if (!ADDRESS.test(message.to)) return untried('recipient-refused', 'not one plain address')
    if (isEnded) return untried('failed', 'this process is stopping')
    if (sending.size >= WAITING_MAX) return untried('failed', 'too many messages are waiting')
    const ending = new AbortController()
    sending.add(ending)
    const deadline = setTimeout(() => ending.abort(), MAIL_MS_MAX)
    const since = stopwatch.seconds()
    try {
      await hand(message.to, mail, ending.signal)
      return { outcome: 'accepted', provider: PROVIDER }
    } catch (error) {
      const told = toldBy(error)
      const blame = blameOf(told)
      const { code: errorCode, command, responseCode, response } = told
      log.warn('mail not accepted', { blame, errorCode, command, responseCode, response })
      return { outcome: outcomeOf(blame), provider: PROVIDER }
    } finally {
      clearTimeout(deadline)
      sending.delete(ending)
      timed(PROVIDER, stopwatch.seconds() - since)
    }
  }

  function untried(outcome: 'recipient-refused' | 'failed', why: string): Delivery {
    log.warn('mail not tried', { why })
    return { outcome, provider: PROVIDER }
  }

  function codeMail(message: CodeMessage): Mail {
    const { subject, ...rest } = render(message)
    return { ...rest, subject: settings.codeInSubject ? `${message.code} – ${subject}` : subject }
  }

  function noticeMail(message: NoticeMessage): Mail {
    const messageId = `<${noticeMark(message)}@${domainOf(settings.from)}>`
    return { ...renderNotice(message), messageId }
  }

  async function hand(address: string, mail: Mail, signal: AbortSignal): Promise<void> {
    await transport.sendMail({
      from: settings.from,
      to: { name: '', address },
      ...mail,
      // Keeps autoresponders from answering (RFC 3834, and Exchange's own).
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      signal,
    })
  }
}

type Mail = CodeMail & { readonly messageId?: string }

const domainOf = (from: string): string => /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'localhost'

/** The fields that say what happened, and no more: an error of a mail library can carry the whole message. */
function toldBy(error: unknown): MailError {
  if (!(error instanceof Error)) return {}
  const { code, command, responseCode, response } = error as Error & MailError
  return { code, command, responseCode, response: withoutAddresses(`${response ?? error.message}`) }
}

/** Servers like to repeat whom they refused. */
function withoutAddresses(text: string): string {
  return text.slice(0, 300).replace(/[^\s<>@]+@[^\s<>]+/g, '(address)')
}
