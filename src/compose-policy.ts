import { isDeepStrictEqual } from 'node:util'
import type { Tools } from './cli/index.ts'
import { type App, firstPolicyOf } from './compose.ts'
import type { Config, PolicyConfig } from './config/index.ts'
import type { Clock } from './kernel/index.ts'
import type { PolicySettings } from './policy/index.ts'

type Deps = {
  readonly config: Config
  readonly app: Pick<App, 'store'>
  readonly clock: Clock
}

/** What the commands do with what operators change at run time. */
export function composePolicy({ config, app, clock }: Deps): Tools['policy'] {
  const { policy: store, stepUps } = app.store
  const first = firstPolicyOf(config)

  return {
    async show() {
      const { version, settings, appliedAt } = await store.current()
      return { version, policy: settings ?? first, appliedAt, people: await store.people() }
    },

    async apply(operator, { version, policy, people }) {
      const before = await store.current()
      const changed = changedKeys(before.settings ?? first, policy)
      const at = clock.now()
      const about = { at, actor: `operator:${operator}` } as const
      const had = new Map((await store.people()).map((one) => [one.account, one.settings]))
      const given = new Map(people.map((one) => [one.account, one.settings]))
      // Whose settings are others than before, those who lose them included.
      const others = [...new Set([...had.keys(), ...given.keys()])].filter(
        (account) => !isDeepStrictEqual(had.get(account), given.get(account)),
      )
      const events = [
        { ...about, event: 'policy.applied', version: version + 1, changed } as const,
        ...others.map((account) => ({
          ...{ ...about, event: 'person.policy-set' as const, account },
          fields: fieldsOf(given.get(account) ?? null),
        })),
      ]
      // What was proven under a policy counts under no other.
      const isOther = changed.some((key) => OF_TRUST.has(key))
      const trustSince = isOther ? at : (before.settings?.trustSince ?? null)
      return store.apply(version, { ...policy, trustSince }, people, others, events, at)
    },

    async setOwn(operator, account, change) {
      for (let tries = 0; tries < SET_TRIES_MAX; tries++) {
        const { settings: seen } = await stepUps.standing(account)
        const next = change(seen)
        const about = { at: clock.now(), actor: `operator:${operator}` } as const
        const event = {
          ...about,
          event: 'person.policy-set',
          account,
          fields: fieldsOf(next),
        } as const
        const set = await store.set(account, next, [event], seen)
        if (set === 'set') return { heard: set, settings: next }
        if (set === 'unknown') return { heard: set }
      }
      return { heard: 'stale' }
    },
  }
}

/** While others change the same person. */
const SET_TRIES_MAX = 5

const KEYS = [
  ...(['enabled', 'factors', 'firstEnrolment', 'sendAtOnce', 'language'] as const),
  ...(['acr', 'trustHours', 'trustBinding', 'rules'] as const),
]
const OF_TRUST: ReadonlySet<string> = new Set([
  'factors',
  'acr',
  'trustHours',
  'trustBinding',
  'rules',
])

const changedKeys = (before: PolicySettings, after: PolicyConfig): readonly string[] =>
  KEYS.filter((key) => !isDeepStrictEqual(before[key], after[key]))

/** Which of them are the person's own. */
const fieldsOf = (settings: object | null): readonly string[] =>
  Object.entries(settings ?? {})
    .filter(([, value]) => value !== null && value !== 'global')
    .map(([name]) => name)
