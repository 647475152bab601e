import type { Binding, FactorKind, Instant, Locale } from '../kernel/index.ts'
import { createLadder, type Ladder } from './ladder.ts'
import {
  type Circumstances,
  type CompiledRule,
  compileRule,
  createLocalClock,
  type LocalClock,
  lookedAt,
  type Mismatch,
} from './rules.ts'
import {
  type FirstEnrolment,
  NO_SETTINGS,
  type PersonSettings,
  type PolicySettings,
  type Rule,
} from './settings.ts'

/** What holds for one person at one client at this moment, whatever it was put together from. */
export type Effective = {
  readonly use: 'required' | 'exempt' | 'denied'
  /** In the order in which they are offered. */
  readonly factors: readonly FactorKind[]
  /** The least that the answer has to be worth; null: anything on the ladder. */
  readonly acr: string | null
  readonly firstEnrolment: FirstEnrolment
  /** Where one code could be sent to one contact and nothing else is usable, it goes out unasked. */
  readonly sendAtOnce: boolean
  readonly language: Locale | null
  /** What the client may have seen proven itself, so that nothing is asked here. */
  readonly delegatedAmr: readonly string[]
  /** For which a factor that was proven since `trustSince` counts again; 0: never. */
  readonly trustHours: number
  readonly trustBinding: Binding
  readonly trustSince: Instant | null
}

/** Where a setting came from: the person's own, a rule by its name, or the policy as such. */
export type Source =
  | { readonly from: 'person' | 'policy' }
  | { readonly from: 'rule'; readonly rule: string }

/** Why it is so, for whoever asks. */
export type Reasons = {
  /** All of them in their order; those after the one that held were not asked. */
  readonly rules: readonly {
    readonly name: string
    readonly then: Rule['then']
    readonly is: 'holds' | 'not-asked' | Mismatch
  }[]
  readonly use: Source
  readonly factors: Source
  readonly sendAtOnce: Source
  readonly language: Source | null
  readonly trustHours: Source
  readonly trustBinding: Source
}

export type Policy = {
  readonly ladder: Ladder
  /** For whom nothing else says a language. */
  readonly language: Locale
  /** As long as trust may last by it, whoever comes from wherever; a setting of a person's own aside. */
  readonly trustHoursMax: number
  readonly trustBinding: Binding
  readonly trustSince: Instant | null
  effective(here: Circumstances, own: PersonSettings | null): Effective
  explain(here: Circumstances, own: PersonSettings | null): Reasons
}

/**
 * A setting of a person's own goes before the rules, and the first rule that matches before the policy. `deny` is about who
 * may come in at all, which no setting about being asked can lift; the `acr` of a rule holds for whatever is asked.
 */
export function createPolicy(deps: {
  readonly settings: PolicySettings
  readonly delegatedAmr: ReadonlyMap<string, readonly string[]>
  readonly timeZone: string
  /** What can be asked here at all: a factor that has no channel is never offered. */
  readonly askable: readonly FactorKind[]
}): Policy {
  const { settings, delegatedAmr, timeZone, askable } = deps
  const rules = settings.rules.map(compileRule)
  const timeOf = createLocalClock(timeZone)
  const usable = (factors: readonly FactorKind[]) =>
    factors.filter((kind) => askable.includes(kind))

  return {
    ladder: createLadder(settings.acr, askable),
    language: settings.language,
    trustBinding: settings.trustBinding,
    trustSince: settings.trustSince,
    trustHoursMax: Math.max(settings.trustHours, ...rules.map(({ rule }) => rule.trustHours ?? 0)),

    effective(here, own) {
      const { status, factors, language, trustHours } = own ?? NO_SETTINGS
      const rule = firstThatHolds(rules, here, timeOf)
      return {
        use: useOf(status, rule, settings.enabled),
        factors: usable(factors ?? rule?.factors ?? settings.factors),
        acr: rule?.then === 'require' ? rule.acr : null,
        firstEnrolment: settings.firstEnrolment,
        sendAtOnce: settings.sendAtOnce,
        language,
        delegatedAmr: delegatedAmr.get(here.client) ?? [],
        trustHours: trustHours ?? rule?.trustHours ?? settings.trustHours,
        trustBinding: settings.trustBinding,
        trustSince: settings.trustSince,
      }
    },

    explain(here, own) {
      const { status, factors, language, trustHours } = own ?? NO_SETTINGS
      const looked = lookedAt(here, timeOf)
      const told: Reasons['rules'][number][] = []
      let held: Rule | undefined
      for (const { rule, mismatch } of rules) {
        const why = held === undefined ? mismatch(looked) : 'not-asked'
        if (why === null) held = rule
        told.push({ name: rule.name, then: rule.then, is: why ?? 'holds' })
      }
      const byRule: Source | undefined = held && { from: 'rule', rule: held.name }
      const isDenied = held?.then === 'deny'
      const isOwn = status !== 'global' && !isDenied
      const sourceOf = (ofPerson: unknown, ofRule: unknown): Source =>
        ofPerson !== null
          ? { from: 'person' }
          : ofRule != null && byRule !== undefined
            ? byRule
            : { from: 'policy' }
      return {
        rules: told,
        use: isOwn ? { from: 'person' } : (byRule ?? { from: 'policy' }),
        factors: sourceOf(factors, held?.factors),
        // Of the policy alone: whether people are sent what they did not ask for is nobody's exception.
        sendAtOnce: { from: 'policy' },
        language: language === null ? null : { from: 'person' },
        trustHours: sourceOf(trustHours, held?.trustHours),
        trustBinding: { from: 'policy' },
      }
    },
  }
}

function firstThatHolds(
  rules: readonly CompiledRule[],
  here: Circumstances,
  timeOf: LocalClock,
): Rule | undefined {
  if (rules.length === 0) return undefined
  const looked = lookedAt(here, timeOf)
  return rules.find(({ mismatch }) => mismatch(looked) === null)?.rule
}

function useOf(
  status: PersonSettings['status'],
  rule: Rule | undefined,
  isEnabled: boolean,
): Effective['use'] {
  if (rule?.then === 'deny') return 'denied'
  if (status === 'enabled') return 'required'
  if (status === 'disabled') return 'exempt'
  if (rule !== undefined) return rule.then === 'exempt' ? 'exempt' : 'required'
  return isEnabled ? 'required' : 'exempt'
}
