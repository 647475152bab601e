import { isDeepStrictEqual } from 'node:util'
import {
  askableIn,
  type Config,
  type OwnSettingsConfig,
  parseTrustHours,
} from '../../config/index.ts'
import type { HelpDesk } from '../../directories/index.ts'
import { type FactorKind, fail, LOCALES, ok, parseLocale, type Result } from '../../kernel/index.ts'
import type { Desk } from '../desk.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Tools } from '../tools.ts'

export type OwnOptions = {
  readonly status?: string
  readonly factors?: string
  readonly language?: string
  readonly trustHours?: string
}

type Changes = Partial<OwnSettingsConfig>

const STATUSES = ['global', 'enabled', 'disabled'] as const
const AS_EVERYBODY: OwnSettingsConfig = {
  ...{ status: 'global', factors: null, language: null, trustHours: null },
}

/** What is to be the person's own; null: nothing of it was said. */
export function ownFrom(
  { status, factors, language, trustHours }: OwnOptions,
  config: Config,
): Result<Changes | null, readonly string[]> {
  const problems: string[] = []
  const changes: { -readonly [K in keyof Changes]: Changes[K] } = {}
  if (status !== undefined) {
    const found = STATUSES.find((one) => one === status)
    if (found === undefined) problems.push(`--status takes ${STATUSES.join(', ')}`)
    else changes.status = found
  }
  if (factors !== undefined) {
    const kinds = askableIn(config)
    const named = factors === 'global' ? null : factorsIn(factors, kinds)
    if (named === undefined)
      problems.push(`--factors takes global, or some of ${kinds.join(', ')}, each once`)
    else changes.factors = named
  }
  if (language !== undefined) {
    const locale = language === 'global' ? null : parseLocale(language)
    if (locale === undefined) problems.push(`--language takes global, ${LOCALES.join(', ')}`)
    else changes.language = locale
  }
  if (trustHours !== undefined) {
    const hours = trustHours === 'global' ? null : parseTrustHours(trustHours)
    if (hours === undefined) problems.push('--trust-hours takes global, 0h to 168h, or 0d to 7d')
    else changes.trustHours = hours
  }
  if (problems.length > 0) return fail(problems)
  return ok(Object.keys(changes).length === 0 ? null : changes)
}

function factorsIn(list: string, kinds: readonly FactorKind[]): readonly FactorKind[] | undefined {
  const named = list.split(',').map((one) => kinds.find((kind) => kind === one.trim()))
  const found = named.flatMap((kind) => kind ?? [])
  return found.length === named.length && new Set(found).size === found.length ? found : undefined
}

/** Of factors that they are to use and can't: set now, it is a warning, and a refusal when they come. */
export async function warn(
  desk: Desk,
  { directories }: Pick<Tools, 'directories'>,
  whom: Awaited<ReturnType<HelpDesk['whom']>>,
): Promise<void> {
  if (!whom.ok || whom.value.username === null) return
  const looked = await directories.look(whom.value.username)
  const person = looked.flatMap((one) =>
    'person' in one && one.person.account === whom.value.account ? [one.person] : [],
  )[0]
  for (const { factor, why } of person?.factors ?? [])
    if (why === 'no-contact')
      desk.world.io.stderr(
        `Mind: ${factor} is theirs to use, and there is nothing to send it to.\n`,
      )
}

export async function setOwn(
  desk: Desk,
  { policy }: Pick<Tools, 'policy'>,
  of: {
    readonly helpDesk: HelpDesk
    readonly operator: string
    readonly who: string
    readonly own: Changes
  },
): Promise<ExitCode> {
  const whose = await of.helpDesk.account(of.who)
  if (!whose.ok) return desk.refuse(whose.error)
  const { account, username } = whose.value
  const set = await policy.setOwn(of.operator, account, (before) => {
    const next = { ...AS_EVERYBODY, ...before, ...of.own }
    return isDeepStrictEqual(next, AS_EVERYBODY) ? null : next
  })
  if (set.heard === 'unknown') return desk.refuse('there is nobody of that name (any more)')
  if (set.heard !== 'set')
    return desk.refuse('somebody else is changing this person; look at them, and try again')
  const { status, factors, language, trustHours } = set.settings ?? AS_EVERYBODY
  const words = [
    `status ${status}${status === 'disabled' ? ' (passes without a second factor)' : ''}`,
    `factors ${factors?.join(', ') ?? 'as everybody'}`,
    `language ${language ?? 'as everybody'}`,
    `trust ${trustHours === null ? 'as everybody' : `${trustHours}h`}`,
  ]
  desk.say(`${username ?? of.who}: ${words.join('; ')}.`)
  return EXIT.ok
}
