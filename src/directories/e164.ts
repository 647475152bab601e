import { createRequire } from 'node:module'
import type { MetadataJson } from 'libphonenumber-js/max'

/** How numbers of one country are made up: those of libphonenumber, compiled once. */
type Numbering = {
  readonly whole: RegExp
  readonly kinds: readonly { readonly whole: RegExp; readonly lengths: readonly unknown[] }[]
  /** Who of several countries with one calling code has such a number, whether or not it is a valid one. */
  readonly leading: RegExp | undefined
  /** Of a number with such a beginning libphonenumber may take that for what is dialled within the country. */
  readonly prefix: RegExp | undefined
  /** What is dialled before a number of another country. */
  readonly abroad: RegExp | undefined
}

/** Where these stand in what libphonenumber knows of a country. */
const [CALLING_CODE, ABROAD, WHOLE, LENGTHS, PREFIX, PREFIX_WHEN_READ] = [0, 1, 2, 3, 5, 7]
const [LEADING, KINDS] = [10, 11]
const CALLING_CODE_MAX = 3
const INTERNATIONAL = /^\+[1-9](?:[ -]?[0-9]){6,14}$/
/** No calling code begins with a zero. */
const NATIONAL = /^0(?:[ -]?[0-9]){5,14}$/

let metadata: MetadataJson | undefined
const known = new Map<string, readonly Numbering[]>()

/**
 * E.164 of a number with a + or of this country, spaces and hyphens aside, where it is certain that libphonenumber would say
 * the same: it compiles all patterns of a country for each number anew, those of twenty-five countries for each that begins
 * with +1. Undefined for what only libphonenumber can tell.
 */
export function certainE164(text: string, country: string | null): string | undefined {
  if (INTERNATIONAL.test(text)) return international(text.replace(/[ -]/g, ''))
  return country !== null && NATIONAL.test(text)
    ? national(text.replace(/[ -]/g, ''), country)
    : undefined
}

function international(number: string): string | undefined {
  for (let digits = 1; digits <= CALLING_CODE_MAX; digits++) {
    const numberings = numberingsOf(number.slice(1, 1 + digits))
    if (numberings.length === 0) continue
    return isOfOne(number.slice(1 + digits), numberings) ? number : undefined
  }
  return undefined
}

/** Where the zero is dialled within the country and is all that is, and no other country shares the calling code. */
function national(number: string, country: string): string | undefined {
  const callingCode = planOf(country)[CALLING_CODE]
  if (typeof callingCode !== 'string') return undefined
  const [only, another] = numberingsOf(callingCode)
  if (only === undefined || another !== undefined || only.abroad?.test(number)) return undefined
  const prefix = only.prefix?.exec(number)
  if (prefix?.[0] !== '0' || prefix.length > 1) return undefined
  return isValid(number.slice(1), only) ? `+${callingCode}${number.slice(1)}` : undefined
}

/** The first that has numbers like it: as libphonenumber decides whose it is. */
function isOfOne(national: string, numberings: readonly Numbering[]): boolean {
  const [main, another] = numberings
  if (main === undefined || main.prefix?.test(national)) return false
  if (another === undefined) return isValid(national, main)
  for (const one of numberings) {
    if (one.leading?.test(national)) return isValid(national, one)
    if (one.leading === undefined && isValid(national, one)) return true
  }
  return false
}

const isValid = (national: string, { whole, kinds }: Numbering): boolean =>
  whole.test(national) &&
  kinds.some((kind) => kind.lengths.includes(national.length) && kind.whole.test(national))

function numberingsOf(callingCode: string): readonly Numbering[] {
  const found = known.get(callingCode)
  if (found !== undefined) return found
  const countries = loaded().country_calling_codes[callingCode] ?? []
  const read = countries.map((country) => numberingOf(planOf(country)))
  // Without one of them the others would get its numbers.
  const all = read.every((one) => one !== undefined) ? read : []
  known.set(callingCode, all)
  return all
}

function planOf(country: string): readonly unknown[] {
  const { countries } = loaded()
  const plans: Readonly<Record<string, readonly unknown[] | undefined>> = countries
  return Object.hasOwn(countries, country) ? (plans[country] ?? []) : []
}

function loaded(): MetadataJson {
  metadata ??= createRequire(import.meta.url)('libphonenumber-js/max/metadata')
  if (metadata === undefined) throw new Error('invariant broken: metadata that loads is there')
  return metadata
}

function numberingOf(plan: readonly unknown[]): Numbering | undefined {
  const [whole, lengths, kinds] = [compiled(plan[WHOLE], '$'), plan[LENGTHS], plan[KINDS]]
  if (whole === undefined || !Array.isArray(lengths) || !Array.isArray(kinds)) return undefined
  return {
    ...{ whole, leading: compiled(plan[LEADING]), abroad: compiled(plan[ABROAD]) },
    prefix: compiled(plan[PREFIX_WHEN_READ]) ?? compiled(plan[PREFIX]),
    kinds: kinds.flatMap((kind: unknown) => kindOf(kind, lengths)),
  }
}

function kindOf(kind: unknown, lengths: readonly unknown[]): Numbering['kinds'] {
  if (!Array.isArray(kind)) return []
  const [pattern, own]: unknown[] = kind
  const whole = compiled(pattern, '$')
  return whole === undefined ? [] : [{ whole, lengths: Array.isArray(own) ? own : lengths }]
}

/** What is not there is a zero or an empty text. */
const compiled = (pattern: unknown, end: '$' | '' = ''): RegExp | undefined =>
  typeof pattern === 'string' && pattern !== '' ? new RegExp(`^(?:${pattern})${end}`) : undefined
