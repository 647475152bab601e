import { type Mail, openMailbox } from '../support/mailbox.ts'
import { escaped, page } from './page.ts'
import { serve } from './place.ts'

/** Mails with codes are what is counted and found; what else a person is told comes besides, whenever its time has come. */
export type Outbox = AsyncDisposable & {
  readonly smtpPort: number
  /** The code of the newest mail to somebody, once there are more than `after` mails to them. */
  codeFor(to: string, after: number): string | undefined
  count(to: string): number
  newest(to: string): Mail | undefined
}

/** A mail server that delivers nowhere, and a page with what it was given. */
export async function startOutbox(port: number): Promise<Outbox> {
  const mailbox = await openMailbox()
  const server = await serve({ port, tls: null }, (_request, response) => {
    const mails = mailbox.mails
      .toReversed()
      .map(
        ({ to, subject, text }) =>
          `<h2>${escaped(subject)}</h2><p>to ${escaped(to)}</p><pre>${escaped(text)}</pre>`,
      )
    const body =
      mails.length === 0 ? '<p>Nothing yet. Reload after a code was sent.</p>' : mails.join('')
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(page('Outbox', `<h1>Outbox</h1>${body}`))
  })
  const sentTo = (to: string) => mailbox.mails.filter((mail) => mail.to === to && mail.code !== '')
  return {
    smtpPort: mailbox.port,
    codeFor: (to, after) => (sentTo(to).length > after ? sentTo(to).at(-1)?.code : undefined),
    count: (to) => sentTo(to).length,
    newest: (to) => sentTo(to).at(-1),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await mailbox[Symbol.asyncDispose]()
    },
  }
}
