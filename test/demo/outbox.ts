import { createServer } from 'node:http'
import { openMailbox } from '../support/mailbox.ts'
import { escaped, page } from './page.ts'

export type Outbox = AsyncDisposable & {
  readonly smtpPort: number
  /** The code of the newest mail to somebody, once there are more than `after` mails to them. */
  codeFor(to: string, after: number): string | undefined
  count(to: string): number
}

/** A mail server that delivers nowhere, and a page with what it was given. */
export async function startOutbox(port: number): Promise<Outbox> {
  const mailbox = await openMailbox()
  const server = createServer((_request, response) => {
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
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const sentTo = (to: string) => mailbox.mails.filter((mail) => mail.to === to)
  return {
    smtpPort: mailbox.port,
    codeFor: (to, after) => (sentTo(to).length > after ? sentTo(to).at(-1)?.code : undefined),
    count: (to) => sentTo(to).length,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await mailbox[Symbol.asyncDispose]()
    },
  }
}
