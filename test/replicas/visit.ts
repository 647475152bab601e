import {
  type Answer,
  authorizePath,
  type Caller,
  choiceIn,
  codeIn,
  formIn,
  fromBase32,
  otp,
  type Provider,
  pushForm,
  timeStepNow,
  tokenForm,
} from '../support/load.ts'
import { decoded } from '../support/user-agent.ts'
import type { Asked, Asking, Heard, Operation, Proof } from './history.ts'

/** One step-up, as its browser and its provider go through it. What they ask and hear is written down. */
export type Visit = {
  readonly who: string
  readonly stepUp: string
  /** What a mail says that it is for. */
  readonly purpose: string
  /** Has the page of this way, if it can be had. */
  choose(factor: Asking): Promise<Heard>
  resend(): Promise<Heard>
  /** Of what the page in sight asks. */
  answer(factor: Asking, code: string, proof: Proof | null): Promise<Heard>
  /** Sets up the OTP app that the page in sight shows; says its key. */
  enrol(): Promise<{ readonly heard: Heard; readonly key: Buffer; readonly timeStep: number }>
  asks(): 'answer' | 'confirm' | 'choose' | 'nothing'
  isAccepted(): boolean
  /** The code that goes to the provider. */
  resume(): Promise<Heard>
  redeem(code: string): Promise<Heard>
}

export type Visits = {
  /** Undefined where it went wrong before there was a page to answer. */
  open(who: string): Promise<Visit | undefined>
}

type Deps = {
  readonly issuer: string
  readonly caller: Caller
  readonly provider: Provider
  readonly note: (operation: Operation) => void
}

const LATER = 503
/** What a balancer says whose replica died under it. */
const GATEWAY: ReadonlySet<number> = new Set([502, 504])
const WRONG = /Not the right code|Those were all the tries/

/** The application that somebody signs in to, so that a mail tells which step-up it is of. */
const contextOf = (name: string) => JSON.stringify({ application: { name } })

export function createVisits({ issuer, caller, provider, note }: Deps): Visits {
  return { open }

  async function send(...call: Parameters<Caller['send']>): Promise<Answer | 'lost' | 'later'> {
    const answered = await caller.send(...call).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error) return 'lost' as const
      throw error
    })
    if (answered === 'lost' || GATEWAY.has(answered.status)) return 'lost'
    return answered.status === LATER ? 'later' : answered
  }

  async function open(who: string): Promise<Visit | undefined> {
    const prepared = provider.prepare()
    const startedAt = performance.now()
    const opened = await reach()
    const endedAt = performance.now()
    const noted = { startedAt, endedAt, who, asked: 'open' } as const
    if ('heard' in opened) {
      note({ ...noted, stepUp: null, ...opened })
      return undefined
    }
    note({ ...noted, stepUp: opened.id, heard: 'page' })
    return createVisit(who, prepared, opened)

    async function reach(): Promise<Heard | Opened> {
      const form = { ...pushForm(prepared, who), sallyport_context: contextOf(prepared.state) }
      const pushed = await send('POST', `${issuer}/par`, { form })
      if (typeof pushed === 'string') return { heard: pushed }
      const uri = /"request_uri":"([^"]+)"/.exec(pushed.body)?.[1] ?? ''
      const parked = await send('GET', `${issuer}${authorizePath(uri)}`)
      if (typeof parked === 'string') return { heard: parked }
      const url = new URL(parked.location, issuer).href
      const page = await send('GET', url)
      if (typeof page === 'string') return { heard: page }
      const id = /stp_[\w-]{22}/.exec(url)?.[0]
      if (id === undefined)
        throw new Error(`${who} is shown ${pushed.status} ${parked.status} ${page.status}`)
      // Who has no way left is told so at once.
      if (page.status !== 200) return { heard: 'other', status: page.status }
      return { id, url: new URL(`/step-up/${id}`, issuer).href, page }
    }
  }

  function createVisit(
    who: string,
    prepared: ReturnType<Provider['prepare']>,
    { id, url, page }: Opened,
  ): Visit {
    const { cookie } = page
    let body = page.body
    let resume: string | undefined

    /** Whatever way it ends, it is noted, and the page in sight is the newest. */
    async function noted(asked: Asked, act: () => Promise<Heard>): Promise<Heard> {
      const startedAt = performance.now()
      const heard = await act()
      note({ startedAt, endedAt: performance.now(), who, stepUp: id, ...asked, ...heard })
      return heard
    }

    async function post(action: string, fields: Readonly<Record<string, string>>): Promise<Heard> {
      const answered = await send('POST', `${url}/${action}`, { cookie, form: fields })
      if (typeof answered === 'string') return { heard: answered }
      const { status, location } = answered
      if (status === 303 && location.includes('resume')) {
        resume = new URL(location, `${url}/${action}`).href
        return { heard: 'accepted' }
      }
      const shown = status === 303 ? await send('GET', url, { cookie }) : answered
      if (typeof shown === 'string') return { heard: shown }
      body = shown.body
      if (status === 422 && WRONG.test(body)) return { heard: 'wrong' }
      return status === 303 || status === 200 ? { heard: 'page' } : { heard: 'other', status }
    }

    /** Over two pages where the choice is behind a link. */
    async function choose(factor: Asking): Promise<Heard> {
      let form = choiceIn(body, factor)
      if (form === undefined) {
        const ways = await send('GET', `${url}/ways`, { cookie })
        if (typeof ways === 'string') return { heard: ways }
        form = choiceIn(ways.body, factor)
        if (form === undefined) return { heard: 'other', status: ways.status }
      }
      return post('choose', form)
    }

    return {
      ...{ who, stepUp: id, purpose: prepared.state },
      choose: (factor) => noted({ asked: 'choose', factor }, () => choose(factor)),
      resend: () =>
        noted({ asked: 'resend' }, async () => {
          const form = formIn(body, 'resend')
          return form === undefined ? { heard: 'other', status: 0 } : post('resend', form)
        }),
      async answer(factor, code, proof) {
        const form = formIn(body, 'answer')
        if (form === undefined) return { heard: 'other', status: 0 }
        const challenge = form['challenge'] ?? ''
        return noted({ asked: 'answer', factor, challenge, proof }, () =>
          post('answer', { ...form, code }),
        )
      },
      async enrol() {
        const form = formIn(body, 'confirm') ?? {}
        const href = decoded(/href="(otpauth:[^"]+)"/.exec(body)?.[1] ?? '')
        const key = fromBase32(URL.parse(href)?.searchParams.get('secret') ?? '')
        const timeStep = timeStepNow()
        const heard = await noted({ asked: 'confirm', timeStep }, () =>
          post('confirm', { ...form, code: otp(key, timeStep) }),
        )
        return { heard, key, timeStep }
      },
      asks() {
        for (const action of ['answer', 'confirm', 'choose'] as const)
          if (formIn(body, action) !== undefined) return action
        return 'nothing'
      },
      isAccepted: () => resume !== undefined,
      resume: () =>
        noted({ asked: 'resume' }, async () => {
          const end = await send('GET', resume ?? `${url}/resume`, { cookie })
          if (typeof end === 'string') return { heard: end }
          const code = codeIn(end.body, prepared.state)
          return code === undefined
            ? { heard: 'other', status: end.status }
            : { heard: 'code', code }
        }),
      redeem: (code) =>
        noted({ asked: 'redeem', code }, async () => {
          const form = tokenForm({ ...prepared, redeeming: provider.assertion() }, code)
          const answered = await send('POST', `${issuer}/token`, { form })
          if (typeof answered === 'string') return { heard: answered }
          const idToken = /"id_token":"([^"]+)"/.exec(answered.body)?.[1]
          return idToken === undefined
            ? { heard: 'other', status: answered.status }
            : { heard: 'token', idToken }
        }),
    }
  }
}

type Opened = { readonly id: string; readonly url: string; readonly page: Answer }
