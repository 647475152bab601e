import {
  authorizePath,
  type Caller,
  codeIn,
  formIn,
  otp,
  type Prepared,
  pushForm,
  seedOf,
  tokenForm,
} from '../support/load.ts'

export type Walk = {
  readonly caller: Pick<Caller, 'send'>
  readonly issuer: string
  readonly prepared: Prepared
  readonly username: string
  /** Hears how long each exchange took. */
  readonly took: (milliseconds: number) => void
}

export type Asked = { readonly url: string; readonly body: string; readonly cookie: string }

/** The first three of six exchanges: somebody sees the page that asks. Throws at the first answer that is not the right one. */
export async function beginStepUp(walk: Walk): Promise<Asked> {
  const { issuer, prepared, username } = walk
  const form = pushForm(prepared, username)
  const pushed = await exchange(walk, 201, 'POST', `${issuer}/par`, { form })
  const { request_uri: requestUri }: { readonly request_uri: string } = JSON.parse(pushed.body)
  const parked = await exchange(walk, 303, 'GET', `${issuer}${authorizePath(requestUri)}`)
  const url = new URL(parked.location, issuer).href
  const { body, cookie } = await exchange(walk, 200, 'GET', url)
  return { url, body, cookie }
}

/** All six. Says what the two pages weigh. */
export async function stepUp(
  walk: Walk,
  timeStep: number,
): Promise<{ readonly askBytes: number; readonly endBytes: number }> {
  const { issuer, prepared, username } = walk
  const { url, body, cookie } = await beginStepUp(walk)
  const asked = formIn(body, 'answer')
  if (asked === undefined) throw new Error(`a page without the question: ${titleOf(body)}`)
  const form = { ...asked, code: otp(seedOf(username), timeStep) }
  const answered = await exchange(walk, 303, 'POST', new URL('answer', url).href, { form, cookie })
  const end = await exchange(walk, 200, 'GET', new URL(answered.location, url).href, { cookie })
  const code = codeIn(end.body, prepared.state)
  if (code === undefined) throw new Error(`an end without a code: ${titleOf(end.body)}`)
  const given = tokenForm(prepared, code)
  const token = await exchange(walk, 200, 'POST', `${issuer}/token`, { form: given })
  if (!token.body.includes('"id_token"')) throw new Error('a token response without an ID token')
  return { askBytes: Buffer.byteLength(body), endBytes: Buffer.byteLength(end.body) }
}

async function exchange(
  { caller, took }: Walk,
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

const titleOf = (body: string): string => /<title>([^<]*)/.exec(body)?.[1] ?? body.slice(0, 200)
