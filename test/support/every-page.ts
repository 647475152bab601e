import type { TestApp } from './app.ts'
import { otherThan, otpAt } from './attack.ts'
import { keyOn, stepUpOn } from './outside.ts'
import { begin } from './passage.ts'
import { post } from './relying-party.ts'
import { createUserAgent, type Page } from './user-agent.ts'

export type Shown = { readonly name: string; readonly page: Page }

type Wanted = {
  /** Laid over every request; `login_hint` is somebody with an address and without an OTP app. */
  readonly over?: Readonly<Record<string, string>>
  /** Whom no directory knows. */
  readonly nobody?: string
  readonly language?: string
}

/** Each page that a person can be shown, in an installation that offers an OTP app and email. */
export async function everyPage(app: TestApp, wanted: Wanted = {}): Promise<readonly Shown[]> {
  const { over = {}, nobody = 'nobody', language = 'en' } = wanted
  const shown: Shown[] = []
  const keep = (name: string, page: Page) => {
    shown.push({ name, page })
    return page
  }
  const start = (more = {}) => begin(app, createUserAgent(language), { ...over, ...more })
  const code = () => app.mailbox.last().code

  const { browser, page } = await start()
  keep('choose', page)
  const question = keep('question', await browser.submit(page, 'choose', { factor: 'email' }))
  keep('no code', await browser.submit(question, 'answer', { code: 'x' }))
  keep('wrong code', await browser.submit(question, 'answer', { code: otherThan(code()) }))
  keep('too soon', await browser.submit(question, 'resend'))
  const address = `${app.issuer}/step-up/${stepUpOn(question)}`
  keep('ways', await browser.get(`${address}/ways`))
  keep('other language', await browser.submit(question, 'language'))
  keep('other browser', await createUserAgent(language).get(address))
  keep('done', await browser.submit(question, 'answer', { code: code() }))
  keep('satisfied', await browser.get(address))

  app.clock.advance(61)
  const enrolling = await start()
  const first = await enrolling.browser.submit(enrolling.page, 'choose', { factor: 'enrol-totp' })
  keep('first', first)
  const setUp = keep('set up', await enrolling.browser.submit(first, 'answer', { code: code() }))
  const wrong = { code: otherThan(otpAt(app, 0, keyOn(setUp))) }
  keep('not set up', await enrolling.browser.submit(setUp, 'confirm', wrong))
  app.clock.advance(600)
  keep('expired', await enrolling.browser.get(`${app.issuer}/step-up/${stepUpOn(setUp)}`))

  app.mailbox.set('busy')
  const failing = await start()
  const down = await failing.browser.submit(failing.page, 'choose', { factor: 'email' })
  keep('channel down', down)
  app.mailbox.set('accept')
  keep('cancelled', await failing.browser.submit(down, 'cancel'))

  const insisting = { claims: '{"id_token":{"acr":{"essential":true,"value":"phr"}}}' }
  keep('refused', (await start(insisting)).page)
  keep('no contact', (await start({ login_hint: nobody })).page)
  for (const [name, path] of ERRORS) keep(name, await browser.get(`${app.issuer}${path}`))
  const large = await post(`${address}/answer`, { code: '1'.repeat(5000) })
  const body = await large.text()
  const { status, headers } = large
  keep('too large', { url: large.url, status, headers, body, forms: [], title: '' })
  return shown
}

const ERRORS = [
  ['nowhere', '/nowhere'],
  ['no step-up', '/step-up/stp_AAAAAAAAAAAAAAAAAAAAAA'],
  ['forged link', '/step-up/stp_AAAAAAAAAAAAAAAAAAAAAA/begin?via=x'],
  ['unknown client', '/authorize?client_id=nobody'],
  ['unknown request', '/authorize?client_id=iam&request_uri=urn:ietf:params:oauth:request_uri:x'],
  ['not understood', '/authorize?client_id=iam&client_id=iam'],
  ['broken path', '/step-up/%ff'],
] as const
