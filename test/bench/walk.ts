import {
  authorizePath,
  type Caller,
  choiceIn,
  codeIn,
  formIn,
  otp,
  type Prepared,
  pushForm,
  seedOf,
  tokenForm,
} from '../support/load.ts'

export type Talk = {
  readonly caller: Pick<Caller, 'send'>
  /** Hears how long each exchange took. */
  readonly took: (milliseconds: number) => void
}

export type Walk = Talk & {
  readonly issuer: string
  readonly prepared: Prepared
  readonly username: string
  /** What the browser has kept; left out: it comes for the first time. */
  readonly cookie?: string
}

export type Asked = { readonly url: string; readonly body: string; readonly cookie: string }

type Done = { readonly askBytes: number; readonly endBytes: number; readonly cookie: string }

/** The first three exchanges: somebody sees the page that asks. Throws at the first answer that is not the right one. */
export async function beginStepUp(walk: Walk): Promise<Asked> {
  const url = await sentHere(walk)
  const { body, cookie } = await exchange(walk, 200, 'GET', url)
  return { url, body, cookie }
}

/** Where the browser is sent, once a request is pushed and found. */
async function sentHere(walk: Walk): Promise<string> {
  const { issuer, prepared, username } = walk
  const form = pushForm(prepared, username)
  const pushed = await exchange(walk, 201, 'POST', `${issuer}/par`, { form })
  const { request_uri: requestUri }: { readonly request_uri: string } = JSON.parse(pushed.body)
  const parked = await exchange(walk, 303, 'GET', `${issuer}${authorizePath(requestUri)}`)
  return new URL(parked.location, issuer).href
}

/** By trust: nobody is asked, and the browser goes back at once. Says what it has kept then. */
export async function pass(walk: Walk): Promise<string> {
  const { issuer, cookie = '' } = walk
  const passed = await exchange(walk, 303, 'GET', await sentHere(walk), { cookie })
  const code = new URL(passed.location, issuer).searchParams.get('code')
  if (code === null) throw new Error(`sent back without a code: ${passed.location}`)
  await redeem(walk, code)
  return kept(cookie, passed.cookie)
}

async function redeem(walk: Walk, code: string): Promise<void> {
  const form = tokenForm(walk.prepared, code)
  const token = await exchange(walk, 200, 'POST', `${walk.issuer}/token`, { form })
  if (!token.body.includes('"id_token"')) throw new Error('a token response without an ID token')
}

/** Of two values of a cookie the newer one. */
function kept(...headers: readonly string[]): string {
  const pairs = headers.flatMap((one) => (one === '' ? [] : one.split('; ')))
  return [...new Map(pairs.map((pair) => [pair.split('=', 1)[0], pair])).values()].join('; ')
}

/** With an OTP app, which is asked for at once: six exchanges. @param isTicked whether this device is to be trusted. */
export async function stepUp(walk: Walk, timeStep: number, isTicked: boolean): Promise<Done> {
  const begun = await beginStepUp(walk)
  return await proven(walk, begun, otp(seedOf(walk.username), timeStep), isTicked)
}

/** With a code by text, which leaves once it is chosen: eight. @param texted the code, which is there before the page that asks for it. */
export async function stepUpByText(walk: Walk, texted: () => string): Promise<Done> {
  const { url, body, cookie } = await beginStepUp(walk)
  const form = choiceIn(body, 'sms')
  if (form === undefined) throw new Error(`a page without the choice: ${titleOf(body)}`)
  const choose = new URL('choose', url).href
  const chosen = await exchange(walk, 303, 'POST', choose, { form, cookie })
  const asked = await exchange(walk, 200, 'GET', new URL(chosen.location, choose).href, { cookie })
  return await proven(walk, { url, body: asked.body, cookie }, texted(), false)
}

/** The last three. Says what the two pages weigh, and what the browser has kept. */
async function proven(walk: Walk, asked: Asked, proof: string, isTicked: boolean): Promise<Done> {
  const { answered, end } = await answer(walk, asked, proof, isTicked)
  const code = codeIn(end.body, walk.prepared.state)
  if (code === undefined) throw new Error(`an end without a code: ${titleOf(end.body)}`)
  await redeem(walk, code)
  const bytes = { askBytes: Buffer.byteLength(asked.body), endBytes: Buffer.byteLength(end.body) }
  return { ...bytes, cookie: kept(asked.cookie, answered.cookie) }
}

/** Up to the page that takes the browser back. */
export async function answer(
  talk: Talk,
  { url, body, cookie }: Asked,
  proof: string,
  isTicked: boolean,
) {
  const asked = formIn(body, 'answer')
  if (asked === undefined) throw new Error(`a page without the question: ${titleOf(body)}`)
  const ticked = isTicked ? { trust: 'yes' } : {}
  const form = { ...asked, ...ticked, code: proof }
  const answered = await exchange(talk, 303, 'POST', new URL('answer', url).href, { form, cookie })
  const end = await exchange(talk, 200, 'GET', new URL(answered.location, url).href, { cookie })
  return { answered, end }
}

/** @throws Error unless it is answered with this status */
export async function exchange(
  { caller, took }: Talk,
  status: number,
  ...call: Parameters<Caller['send']>
): ReturnType<Caller['send']> {
  const from = performance.now()
  const answer = await caller.send(...call)
  took(performance.now() - from)
  if (answer.status === status) return answer
  const [method, url] = call
  const { pathname } = new URL(url)
  const says = titleOf(answer.body)
  throw new Error(`${method} ${pathname} answered ${answer.status}, not ${status}: ${says}`)
}

export const titleOf = (body: string): string =>
  /<title>([^<]*)/.exec(body)?.[1] ?? body.slice(0, 200)
