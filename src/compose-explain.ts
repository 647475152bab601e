import type { Explained, Tools } from './cli/index.ts'
import type { App } from './compose.ts'
import type { Config } from './config/index.ts'
import { createCertain } from './http/index.ts'
import { type Clock, createKeyRing, later } from './kernel/index.ts'
import {
  createLimits,
  createLocks,
  createMarks,
  overrideOf,
  planFor,
  prospectsOf,
  type StepUpRequest,
  shownCodes,
  wantedOf,
} from './stepup/index.ts'

type Deps = {
  readonly config: Config
  readonly app: Pick<App, 'store' | 'policies' | 'peek' | 'reach' | 'judgeText' | 'trust'>
  readonly clock: Clock
}

/** A client that may say any name: neither trust nor enrolment nor what an operator handed out is anything for it. */
const UNSIGNED = 'dangerously_unsigned_login_hint'

/** What would be asked of somebody and why, by the very functions that decide it while people wait. Nothing is sent or kept. */
export function createExplain({ config, app, clock }: Deps): Tools['explain'] {
  const { store, policies, peek, reach, judgeText, trust } = app
  const certain = createCertain(config.listen.trustedProxies)
  const limits = createLimits(config)
  const locks = createLocks(limits)
  const marks = createMarks(createKeyRing(config.encryption.keys))
  const isTexting = config.channels.sms.length > 0

  return async ({ user, client: id, ip, acr, at }) => {
    const client = config.clients.find((one) => one.id === id)
    if (client === undefined)
      return { explained: 'unknown-client', clients: config.clients.map((one) => one.id) }
    const answer = await peek({ by: 'name', value: user }, client.subject.directories)
    if (answer.found !== 'person')
      return {
        ...{ explained: 'nobody', found: answer.found },
        reason: answer.found === 'disabled' ? answer.reason : null,
      }
    const { person } = answer
    const { account, directory, groups } = person
    const standing = await store.stepUps.standing(account)
    const policy = await policies.at(standing.policyVersion)
    const now = at ?? clock.now()
    const here = { client: id, directory, groups, ip, now }
    const effective = policy.effective(here, standing.settings)
    const lane = client.subject.from.includes(UNSIGNED) ? 'unsigned' : 'signed'
    const request = requestFor({ client: id, user, acr, lane })
    const { ladder } = policy
    const seen = { person, standing, effective, reach, now }
    // In a browser that is not known, which says the most.
    const where = { lane, lockRule: limits.lock } as const
    const plan = planFor({ ...seen, ...where, request, ladder, marks })
    const wanted = wantedOf({ client: id, person, effective, ladder })
    const from = { ...wanted, ip: certain(ip) }
    const unsigned = lane === 'unsigned' ? lane : null
    return {
      explained: 'person',
      ...{
        person,
        effective,
        lane,
        plan,
        isApplied: (await store.policy.current()).settings !== null,
      },
      reasons: policy.explain(here, standing.settings),
      answers: standing.tallies.map(({ factor, lane, failures }) => ({
        ...{ factor, lane, failures },
        pausedUntil: locks.pausedUntil(standing.tallies, factor, lane, now),
      })),
      codes: shownCodes(standing.codes, now),
      prospects: prospectsOf({ ...seen, ...where }).map((one) => ({
        ...{ ...one, why: one.use === 'none' ? one.why : null },
      })),
      phones: person.phones.map((phone) => ({ phone, text: isTexting ? judgeText(phone) : null })),
      enrolled: standing.enrolled.map(({ factor, provenance }) => ({ factor, provenance })),
      trust: {
        binding: effective.trustBinding,
        grants: trust.explain(now, standing.grants, from).map(({ grant, mismatch }) => ({
          ...{ id: grant.id, factor: grant.factor, acr: grant.acr, ip: grant.ip, at: grant.at },
          until: later(grant.at, effective.trustHours * 3600),
          is: unsigned ?? mismatch ?? overrideOf(request, grant, now) ?? 'holds',
        })),
      },
      at: now,
    } satisfies Explained
  }
}

/** An ordinary sign-in. */
const requestFor = (of: {
  readonly client: string
  readonly user: string
  readonly acr: readonly string[]
  readonly lane: StepUpRequest['lane']
}): StepUpRequest => ({
  ...{ client: of.client, lane: of.lane, subject: of.user, directories: [] },
  lookup: { by: 'name', value: of.user },
  application: { id: null, name: of.client },
  acr: { wanted: of.acr, essential: of.acr.length > 0 },
  ...{ maxAgeSeconds: null, prompt: null, uiLocales: null, purpose: 'sign-in' },
  ...{ upstream: null, signedIp: null },
})
