import type { TestApp } from './app.ts'
import { post } from './attack.ts'
import { begin, codeFrom } from './passage.ts'

/** `issuer` is where it is reached. `li.wei` and `ann` are there. */
type Going = Pick<TestApp, 'issuer' | 'party' | 'mailbox'>

/** One step-up at each stage, by people who have an address alone, and the next thing that is asked there. `/authorize` only reads, and leads to `begin`. */
export async function underWay(app: Going) {
  const parked = await app.party.push({ login_hint: 'ann' })
  const hop = await fetch(app.party.authorizeUrl(parked), { redirect: 'manual' })
  const next = new URL(hop.headers.get('location') ?? '', app.issuer)

  const done = await begin(app)
  const end = await done.browser.submit(done.page, 'answer', { code: app.mailbox.last().code })
  const code = codeFrom(end, app.party.redirectUri, done.pushed)
  const answered = await begin(app)
  const now = { code: app.mailbox.last().code }
  const going = await post(answered.browser, answered.page, 'answer', now)
  const { browser, page } = await begin(app)
  const { code: right } = app.mailbox.last()
  const resume = new URL(going.headers.get('location') ?? '', `${answered.page.forms[0]?.url}`)
  const cookie = [...answered.browser.cookies].map((pair) => pair.join('=')).join('; ')

  return {
    asking: {
      push: () => pushing(app),
      begin: () => fetch(next, { redirect: 'manual' }),
      answer: () => post(browser, page, 'answer', { code: right }),
      nonsense: () => post(browser, page, 'answer', { code: 'x' }),
      speak: () => post(browser, page, 'language', {}),
      resume: () => fetch(resume, { headers: { cookie } }),
      redeem: () => app.party.redeem(done.pushed, code),
    },
    answer: () => post(browser, page, 'answer', { code: right }),
    redeem: () => app.party.redeem(done.pushed, code),
  }
}

/** As `party.push`, with all that was said. */
async function pushing(app: Going): Promise<Response> {
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const assertion = await app.party.assertion()
  const body = new URLSearchParams({
    ...{ response_type: 'code', redirect_uri: app.party.redirectUri, scope: 'openid' },
    ...{ code_challenge: 'c'.repeat(43), code_challenge_method: 'S256', login_hint: 'ann' },
    ...{ client_assertion_type: type, client_assertion: assertion },
  })
  return fetch(`${app.issuer}/par`, { method: 'POST', body })
}
