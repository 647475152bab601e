import { stringify } from 'yaml'
import { z } from 'zod'
import {
  type Binding,
  type FactorKind,
  fail,
  type Id,
  LOCALES,
  type Locale,
  ok,
  parseId,
  type Result,
} from '../kernel/index.ts'
import { assembleLadder, assembleRule } from './assemble.ts'
import type { Config } from './config.ts'
import type { Finding } from './cross-checks.ts'
import { explain } from './explain.ts'
import type { Node } from './json-schema.ts'
import { firstProofsOf, ladderChecks } from './ladder-checks.ts'
import { inOrder } from './parse-config.ts'
import type { Problem } from './problem.ts'
import { repeated } from './repeated.ts'
import { ruleChecks } from './rule-checks.ts'
import { acr, factor, factors, firstEnrolment, sendAtOnce } from './schema/assurance.ts'
import { distinct } from './schema/parts.ts'
import { language } from './schema/people.ts'
import { enabled, rules } from './schema/rules.ts'
import { trustBinding, trustHours } from './schema/trust.ts'
import { parseYaml } from './yaml-text.ts'

/** What holds for one person alone. */
export type OwnSettingsConfig = {
  readonly status: 'global' | 'enabled' | 'disabled'
  readonly factors: readonly FactorKind[] | null
  readonly language: Locale | null
  readonly trustHours: number | null
}

/** The part of a configuration that operators may change while Sallyport runs. */
export type PolicyConfig = Pick<
  Config,
  'enabled' | 'firstEnrolment' | 'sendAtOnce' | 'language' | 'acr' | 'rules'
> & {
  readonly factors: readonly FactorKind[]
  readonly trustHours: number
  readonly trustBinding: Binding
}

export type PolicyDocument = {
  /** That it was made from: whoever changed something meanwhile is not overwritten. */
  readonly version: number
  readonly policy: PolicyConfig
  readonly people: readonly {
    readonly account: Id<'account'>
    readonly settings: OwnSettingsConfig
  }[]
}

/** As many people as there may be, and not more than that. */
const TEXT_MAX = 32 * 1024 * 1024

const account = z
  .custom<Id<'account'>>((value) => parseId('account', value) !== undefined, {
    error: 'is no account id',
  })
  .meta({ wanted: 'acc_… as `sallyport user show` says it' })

const person = z.strictObject({
  account,
  /** To read by; the account is who is meant. */
  name: z.string().max(500).optional(),
  directory: z.string().max(200).optional(),
  status: z.enum(['global', 'enabled', 'disabled']).default('global'),
  factors: z
    .array(factor)
    .min(1)
    .refine(distinct, { error: 'names a factor twice', params: { wanted: 'each factor once' } })
    .optional(),
  language: z.enum(LOCALES).optional(),
  trustHours: trustHours.optional(),
})

/** Nothing has a default: what is left out by mistake must not change what holds. */
const schema = z.strictObject({
  version: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  enabled: enabled.removeDefault(),
  factors: factors.removeDefault(),
  firstEnrolment: firstEnrolment.removeDefault(),
  sendAtOnce: sendAtOnce.removeDefault(),
  language: language.removeDefault(),
  trustHours,
  trustBinding: trustBinding.removeDefault(),
  acr: acr.removeDefault(),
  rules: rules.removeDefault(),
  people: z.array(person).max(100_000),
})

/** Everything that is wrong at once, as with the configuration, for which it is judged. */
export function parsePolicy(
  text: string,
  file: string,
  config: Config,
): Result<PolicyDocument, readonly Problem[]> {
  const document = parseYaml(text, file, TEXT_MAX)
  if (!document.ok) return document
  const { value } = document.value
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node
    const findings = parsed.error.issues.flatMap((issue) => explain(issue, root, value))
    return fail(inOrder(findings, document.value))
  }
  const written = parsed.data
  const findings = checked(written, config)
  if (findings.length > 0) return fail(inOrder(findings, document.value))
  const { version, people, ...rest } = written
  return ok({
    version,
    policy: { ...rest, acr: assembleLadder(rest.acr), rules: rest.rules.map(assembleRule) },
    people: people.map((one) => ({
      account: one.account,
      settings: {
        ...{ status: one.status, factors: one.factors ?? null, language: one.language ?? null },
        trustHours: one.trustHours ?? null,
      },
    })),
  })
}

/** What there is a channel for, also where no one is asked for it. An OTP app needs none. */
export const askableIn = ({ channels }: Config): readonly FactorKind[] => [
  'totp',
  ...(channels.email === null ? [] : (['email'] as const)),
  ...(channels.sms.length === 0 ? [] : (['sms'] as const)),
]

function checked(written: z.output<typeof schema>, config: Config): readonly Finding[] {
  const { clients, directories, channels } = config
  const askable = askableIn(config)
  const unsendable = (kinds: readonly FactorKind[] | undefined, path: Finding['path']) =>
    (kinds ?? []).flatMap((kind, index) =>
      !askable.includes(kind)
        ? [
            {
              path: [...path, index],
              says: `names ${kind}, for which there is no channel`,
              wanted: `channels.${kind} in the configuration first`,
            },
          ]
        : [],
    )
  const names = (values: readonly string[], key: string, of: string) =>
    repeated(values, (index) => [key, index, of])
  return [
    ...names(
      written.acr.map((rung) => rung.value),
      'acr',
      'value',
    ),
    ...names(
      written.rules.map((rule) => rule.name),
      'rules',
      'name',
    ),
    ...names(
      written.people.map((one) => one.account),
      'people',
      'account',
    ),
    ...ladderChecks(written, firstProofsOf(channels)),
    ...ruleChecks({ clients, directories, acr: written.acr, rules: written.rules }),
    ...unsendable(written.factors, ['factors']),
    ...written.rules.flatMap((rule, index) =>
      unsendable(rule.factors, ['rules', index, 'factors']),
    ),
    ...written.people.flatMap((one, index) =>
      unsendable(one.factors, ['people', index, 'factors']),
    ),
  ]
}

/** As `parsePolicy` reads it, in the same words each time, so that two of them can be compared line by line. */
export function formatPolicy({
  version,
  policy,
  people,
}: {
  readonly version: number
  readonly policy: PolicyConfig
  readonly people: readonly {
    readonly account: string
    readonly directory: string
    readonly username: string | null
    readonly settings: OwnSettingsConfig
  }[]
}): string {
  const { enabled: isEnabled, firstEnrolment: first, acr: ladder } = policy
  return stringify(
    {
      ...{ version, enabled: isEnabled, factors: policy.factors, firstEnrolment: first },
      ...{ sendAtOnce: policy.sendAtOnce, language: policy.language },
      ...{ trustHours: hoursOf(policy.trustHours), trustBinding: policy.trustBinding },
      acr: ladder.map(without),
      rules: policy.rules.map((rule) =>
        without(withHours({ ...rule, time: rule.time && timeOf(rule.time) })),
      ),
      people: people.map(({ account: id, directory, username, settings }) =>
        without(withHours({ account: id, name: username, directory, ...settings })),
      ),
    },
    // Nobody who edits one list means to change another.
    { lineWidth: 0, aliasDuplicateObjects: false },
  )
}

/** What is null is what was left out. */
const without = (of: object): object =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== null))

const hoursOf = (hours: number): string => `${hours}h`

const withHours = <T extends { readonly trustHours: number | null }>(of: T) => ({
  ...of,
  trustHours: of.trustHours === null ? null : hoursOf(of.trustHours),
})

const timeOf = ({ days, from, to }: NonNullable<Config['rules'][number]['time']>) => ({
  ...{ days, from: clockOf(from), to: clockOf(to) },
})

const clockOf = (minutes: number): string =>
  [Math.floor(minutes / 60), minutes % 60].map((part) => `${part}`.padStart(2, '0')).join(':')
