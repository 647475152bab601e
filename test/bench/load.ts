/** The load, a process of its own so that its work is not counted as the server's. Takes one order at a time from its parent. */
import {
  type Caller,
  createCaller,
  createProvider,
  PERIOD_SECONDS,
  type Prepared,
  type Provider,
  phoneOf,
  timeStepNow,
  usernameOf,
} from '../support/load.ts'
import { openSmsGateway, type SmsGateway } from '../support/sms-gateway.ts'
import { quantile } from './statistics.ts'
import { beginStepUp, pass, stepUp, stepUpByText } from './walk.ts'

export type Target = {
  readonly issuer: string
  /** Where it is answered: each request goes to the next one. */
  readonly origins: readonly string[]
  readonly privateKeyPem: string
  /** Usernames are this and a number below `people`. */
  readonly prefix: string
  readonly people: number
  readonly order: 'in turn' | 'at random'
  /** Where this load takes what they are texted; left out: they have OTP apps. Of the texted none may come twice within half a minute. */
  readonly gatewayPort?: number
}

export type Order = { readonly target: Target } & (
  | { readonly load: 'closed'; readonly stepUps: number; readonly workers: number }
  | { readonly load: 'open'; readonly perSecond: number; readonly seconds: number }
  /** So many people, one after the other, prove a factor and tick the box; then each passes by it, in turn. */
  | { readonly load: 'ticking' | 'passing'; readonly stepUps: number; readonly workers: number }
  | { readonly load: 'pending'; readonly stepUps: number; readonly workers: number }
  /** So many come and see a page, or are refused, which is nobody's failure here. */
  | { readonly load: 'asking'; readonly perSecond: number; readonly seconds: number }
)

export type Report = {
  readonly done: number
  readonly failed: number
  /** The first few, in words. */
  readonly failures: readonly string[]
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly askBytes: number
  readonly endBytes: number
}

const CONNECTIONS_MAX = 512
const FAILURES_SHOWN = 5
/** A code of the step before is good for the rest of this step; not used when less than this is left of it. */
const MARGIN_SECONDS = 5

const caller = createCaller(CONNECTIONS_MAX)
let turn = 0
/** Which time step each has used, and who is under way: of two at once the older code may come second, and is no good then. */
type Pool = { readonly used: Map<number, number>; readonly busy: Set<number>; at: number }
const pools = new Map<string, Pool>()
const providers = new Map<string, Provider>()
const gateways = new Map<number, SmsGateway>()
/** What the browsers have kept of those who ticked the box, by name; the first has not passed for longest. */
const trusting = new Map<string, Map<string, string>>()

process.on('message', (order: Order) => {
  run(order).then(
    (report) => process.send?.(report),
    (error) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))

async function run(order: Order): Promise<Report> {
  const { target } = order
  const { issuer, privateKeyPem } = target
  const provider = providers.get(issuer) ?? createProvider(issuer, privateKeyPem)
  providers.set(issuer, provider)
  const gateway = await gatewayOf(target)
  const count =
    'stepUps' in order ? order.stepUps : Math.max(1, Math.round(order.perSecond * order.seconds))
  const all = Array.from({ length: count }, () => provider.prepare())

  const times: number[] = []
  const failures: string[] = []
  let [done, bytes] = [0, { askBytes: 0, endBytes: 0 }]
  const from = performance.now()
  if ('workers' in order) await Promise.all(Array.from({ length: order.workers }, worker))
  else await arriving(order.perSecond)
  return {
    ...{ done, failed: failures.length, failures: failures.slice(0, FAILURES_SHOWN), ...bytes },
    seconds: (performance.now() - from) / 1000,
    ...{ p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) },
  }

  async function worker(): Promise<void> {
    for (let next = all.pop(); next !== undefined; next = all.pop()) await one(next)
  }

  /** Everybody comes at their time, whether or not those before are through. */
  async function arriving(perSecond: number): Promise<void> {
    const coming: Promise<void>[] = []
    while (coming.length < count) {
      const due = Math.min(count, Math.floor(((performance.now() - from) / 1000) * perSecond) + 1)
      for (let next = nextDue(due); next !== undefined; next = nextDue(due)) coming.push(one(next))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await Promise.all(coming)

    function nextDue(due: number): Prepared | undefined {
      return coming.length < due ? all.pop() : undefined
    }
  }

  async function one(prepared: Prepared): Promise<void> {
    if (order.load === 'passing') return passing(prepared)
    const { index, timeStep, free } = nextPerson(target)
    const username = usernameOf(target.prefix, index)
    try {
      const walk = {
        caller: callerOf(target),
        issuer,
        prepared,
        username,
        took: (ms: number) => times.push(ms),
      }
      if (order.load === 'pending' || order.load === 'asking') await beginStepUp(walk)
      else {
        const isTicked = order.load === 'ticking'
        const { cookie, ...seen } =
          gateway === undefined
            ? await stepUp(walk, timeStep, isTicked)
            : await stepUpByText(walk, () => newest(gateway, phoneOf(index)))
        bytes = seen
        if (isTicked) browsersOf(issuer).set(username, cookie)
      }
      done++
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error))
    } finally {
      free()
    }
  }

  async function passing(prepared: Prepared): Promise<void> {
    const browsers = browsersOf(issuer)
    const [username, cookie] = [...browsers.entries().take(1)][0] ?? ['', '']
    browsers.delete(username)
    const took = (ms: number) => times.push(ms)
    try {
      const walk = { caller: callerOf(target), issuer, prepared, username, cookie, took }
      browsers.set(username, await pass(walk))
      done++
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error))
    }
  }
}

function browsersOf(issuer: string): Map<string, string> {
  const browsers = trusting.get(issuer) ?? new Map<string, string>()
  trusting.set(issuer, browsers)
  return browsers
}

async function gatewayOf({ issuer, gatewayPort: port }: Target): Promise<SmsGateway | undefined> {
  if (port === undefined) return undefined
  const { hostname: host } = new URL(issuer)
  const gateway = gateways.get(port) ?? (await openSmsGateway({ port, host }))
  gateways.set(port, gateway)
  return gateway
}

function newest({ texts, wrong }: SmsGateway, phone: string): string {
  const text = texts.findLast(({ to }) => to === phone)
  if (text === undefined) throw new Error(`no text came to ${phone} (${wrong.at(-1) ?? 'nor any'})`)
  return text.code
}

/** What a balancer would do that knows no session, without a process of its own in the way. */
function callerOf({ issuer, origins }: Target): Pick<Caller, 'send'> {
  return {
    send(method, url, given) {
      const origin = origins[turn++ % origins.length]
      return caller.send(method, `${origin}${url.slice(issuer.length)}`, given)
    },
  }
}

/** Somebody and a time step of theirs that was not used before: a good code is good once. */
function nextPerson({ issuer, prefix, people, order }: Target) {
  const those = `${issuer} ${prefix}`
  const pool: Pool = pools.get(those) ?? { used: new Map(), busy: new Set(), at: 0 }
  pools.set(those, pool)
  const seconds = Date.now() / 1000
  const now = timeStepNow()
  const left = (now + 1) * PERIOD_SECONDS - seconds
  const earliest = left > MARGIN_SECONDS ? now - 1 : now
  for (let tried = 0; tried < people; tried++) {
    const index = order === 'in turn' ? pool.at++ % people : Math.floor(Math.random() * people)
    const timeStep = Math.max(earliest, (pool.used.get(index) ?? 0) + 1)
    if (timeStep > now || pool.busy.has(index)) continue
    pool.used.set(index, timeStep)
    pool.busy.add(index)
    const free = () => void pool.busy.delete(index)
    return { index, timeStep, free }
  }
  throw new Error(`nobody of ${people} people is left who has not used the code of this time`)
}
