import assert from 'node:assert/strict'
import { openApp, type TestApp } from './app.ts'
import { type Mailbox, openMailbox } from './mailbox.ts'
import { openSmsGateway, type SmsGateway } from './sms-gateway.ts'

export const PHONE = '+8613812345678'

export type Texting = AsyncDisposable & {
  readonly app: TestApp
  readonly first: SmsGateway
  readonly second: SmsGateway
  readonly mailbox: Mailbox
}

/** Two gateways and somebody with a phone; `ann` has the same phone, and `bob` one that may not be texted. */
export async function openTexting(settings: object = {}): Promise<Texting> {
  await using opening = new AsyncDisposableStack()
  const first = opening.use(await openSmsGateway())
  const second = opening.use(await openSmsGateway())
  const mailbox = opening.use(await openMailbox())
  const email = {
    host: '127.0.0.1',
    port: mailbox.port,
    from: 'Kestrel <no-reply@kestrel.example>',
  }
  const sms = [first.settings('first'), second.settings('second')]
  const all = { factors: ['sms'], channels: { email, sms }, ...settings }
  const app = opening.use(await openApp({ settings: all, people: 'none' }))
  const add = async (username: string, phone: string, emails: readonly string[] = []) =>
    assert.ok((await app.people.add('test', { username, phones: [phone], emails })).ok)
  await add('li.wei', PHONE, ['li.wei@kestrel.example'])
  await add('ann', PHONE)
  await add('bob', '+15062345678')
  const opened = opening.move()
  return { app, first, second, mailbox, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
