import type { Installation } from '../bench/installation.ts'
import {
  type Answer,
  authorizePath,
  type Caller,
  codeIn,
  createCaller,
  createProvider,
  formIn,
  type Prepared,
  pushForm,
  tokenForm,
} from '../support/load.ts'
import type { Victim } from './victim.ts'

/** A page that asks, and all that is needed to answer it. */
export type Asked = {
  readonly id: string
  readonly url: string
  readonly cookie: string
  readonly form: Readonly<Record<string, string>>
  readonly prepared: Prepared
}

/** 'other': a page that says neither, such as one that has had enough of answers. */
export type Heard =
  | { readonly heard: 'accepted'; readonly resume: string }
  | { readonly heard: 'wrong' | 'other' | 'lost' }

export type Talk = Disposable & {
  /** Pushed, sent to the browser, shown: begun anew until the page is there. */
  open(username: string): Promise<Asked>
  answer(asked: Asked, code: string): Promise<Heard>
  /** The code that goes to the provider; undefined where it went there already. */
  fetchCode(asked: Asked, resume: string): Promise<string | undefined>
  redeem(
    asked: Asked,
    code: string,
  ): Promise<{ readonly status: number; readonly idToken: string } | 'lost'>
  lost(): number
}

const LATER = 503

/** One that was never answered is 'lost', as is one that is to come again later: both may have happened or not. */
export function createTalk({ issuer, privateKeyPem }: Installation, victim: Victim): Talk {
  const caller = createCaller(64)
  const provider = createProvider(issuer, privateKeyPem)
  let lost = 0

  return {
    async open(username) {
      for (;;) {
        const asked = await openOnce(username)
        if (asked !== undefined) return asked
      }
    },

    async answer({ url, cookie, form }, code) {
      const action = new URL('answer', url).href
      const answered = await send('POST', action, { cookie, form: { ...form, code } })
      if (answered === 'lost') return { heard: 'lost' }
      if (answered.status === 303 && answered.location.includes('resume'))
        return { heard: 'accepted', resume: new URL(answered.location, action).href }
      const isWrong = answered.status === 422 && answered.body.includes('Not the right code')
      return { heard: isWrong ? 'wrong' : 'other' }
    },

    async fetchCode({ cookie, prepared }, resume) {
      for (;;) {
        const end = await send('GET', resume, { cookie })
        if (end !== 'lost') return codeIn(end.body, prepared.state)
      }
    },

    async redeem({ prepared }, code) {
      const form = tokenForm({ ...prepared, redeeming: provider.assertion() }, code)
      const answered = await send('POST', `${issuer}/token`, { form })
      if (answered === 'lost') return 'lost'
      const idToken = /"id_token":"([^"]+)"/.exec(answered.body)?.[1] ?? ''
      return { status: answered.status, idToken }
    },

    lost: () => lost,
    [Symbol.dispose]: () => caller[Symbol.dispose](),
  }

  /** Undefined where something was lost: the first page brings the cookie, so without it there is no going on. */
  async function openOnce(username: string): Promise<Asked | undefined> {
    const prepared = provider.prepare()
    const pushed = await send('POST', `${issuer}/par`, { form: pushForm(prepared, username) })
    if (pushed === 'lost') return undefined
    const uri = /"request_uri":"([^"]+)"/.exec(pushed.body)?.[1] ?? ''
    const parked = await send('GET', `${issuer}${authorizePath(uri)}`)
    if (parked === 'lost') return undefined
    const url = new URL(parked.location, issuer).href
    const page = await send('GET', url)
    if (page === 'lost') return undefined
    const form = formIn(page.body, 'answer')
    const id = /stp_[\w-]{22}/.exec(url)?.[0]
    if (form === undefined || id === undefined)
      throw new Error(`${username} is not asked: ${pushed.status} ${parked.status} ${page.status}`)
    return { id, url, cookie: page.cookie, form, prepared }
  }

  async function send(...call: Parameters<Caller['send']>): Promise<Answer | 'lost'> {
    await victim.up()
    const answered = await caller.send(...call).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error) return 'lost' as const
      throw error
    })
    if (answered !== 'lost' && answered.status !== LATER) return answered
    lost++
    return 'lost'
  }
}
