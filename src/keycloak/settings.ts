import { isSafe } from './urls.ts'

/** The settings of the step, as the jar reads them. */
export type StepSettings = {
  readonly issuer: string
  readonly clientId: string
  readonly acrByLevel: ReadonlyMap<number, string>
  readonly nameFrom: NameFrom
  readonly nameAttribute: string
  /** User federation provider → directory. */
  readonly directories: ReadonlyMap<string, string>
  readonly acceptExempt: boolean
  readonly algorithm: string
}

const NAMES_FROM = ['username', 'email', 'ldapId', 'attribute'] as const
export type NameFrom = (typeof NAMES_FROM)[number]

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
const TIMEOUT_MS = { min: 100, max: 15_000 }
const TRUSTED_AGE_SECONDS_MAX = 90 * 86_400

export type Misset = { readonly label: string; readonly wanted: string }

type Given = Readonly<Record<string, string>>

/** With everything that the jar would refuse, by the label that the admin console shows. */
export function parseSettings(given: Given): {
  readonly settings: StepSettings
  readonly misset: readonly Misset[]
} {
  const misset: Misset[] = []
  const read = <T>(key: string, otherwise: string, parse: (text: string) => T | undefined) => {
    const set = given[key]?.trim()
    const text = set === undefined || set === '' ? otherwise : set
    const parsed = parse(text)
    if (parsed === undefined) misset.push(WORDS[key] ?? { label: key, wanted: 'something else' })
    return { text, parsed }
  }
  const nameFrom = read('nameFrom', 'username', (text) => NAMES_FROM.find((one) => one === text))
  const isByAttribute = nameFrom.parsed === 'attribute'
  const settings = {
    issuer: read('issuer', '', (text) => (isIssuer(text) ? text : undefined)).text,
    clientId: read('clientId', '', wordOf).text,
    acrByLevel: read('acrByLevel', '2=mfa', levelsOf).parsed ?? new Map(),
    nameFrom: nameFrom.parsed ?? 'username',
    nameAttribute: isByAttribute ? read('nameAttribute', '', wordOf).text : '',
    directories: read('directories', '', directoriesOf).parsed ?? new Map(),
    acceptExempt: read('acceptExempt', 'false', switchOf).parsed ?? false,
    algorithm: read('algorithm', 'RS256', (text) => ALGORITHMS.find((one) => one === text)).text,
  }
  read('maxTrustedAge', '0', (text) => within(text, 0, TRUSTED_AGE_SECONDS_MAX))
  read('timeout', '3000', (text) => within(text, TIMEOUT_MS.min, TIMEOUT_MS.max))
  return { settings, misset }
}

const WORDS: Readonly<Record<string, Misset>> = {
  issuer: {
    label: 'Issuer',
    wanted:
      'the issuer URL of Sallyport, letter by letter as in its configuration: https (http on loopback), no trailing slash, no query',
  },
  clientId: { label: 'Client ID', wanted: 'the id of this realm at Sallyport (clients[].id)' },
  acrByLevel: { label: 'acr by level', wanted: 'pairs of level and acr, such as 2=mfa 3=phr' },
  nameFrom: { label: 'Name of the person', wanted: `one of ${NAMES_FROM.join(', ')}` },
  nameAttribute: { label: 'User attribute', wanted: 'the name of a user attribute' },
  directories: {
    label: 'Directories',
    wanted: 'pairs of user federation provider and directory, by commas: corp-ldap=corp',
  },
  acceptExempt: { label: 'Accept exempt', wanted: 'on or off' },
  algorithm: { label: 'Signature algorithm', wanted: `one of ${ALGORITHMS.join(', ')}` },
  maxTrustedAge: {
    label: 'Older proofs (seconds)',
    wanted: `whole seconds from 0 to ${TRUSTED_AGE_SECONDS_MAX}`,
  },
  timeout: {
    label: 'Timeout (ms)',
    wanted: `whole milliseconds from ${TIMEOUT_MS.min} to ${TIMEOUT_MS.max}`,
  },
}

/** The jar reads it by other rules than browsers do, who forgive much; this is what both take for the same. */
const ISSUER =
  /^https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d+)?(?:\/(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)*$/

export function isIssuer(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && ISSUER.test(text) && isSafe(url)
}

const wordOf = (text: string) => (/^\S{1,255}$/.test(text) ? text : undefined)

function levelsOf(text: string): ReadonlyMap<number, string> | undefined {
  const pairs = pairsOf(text, /[\s,]+/)
  const isRight = pairs.every(
    ([level, acr]) => /^\d{1,6}$/.test(level) && /^[\x21-\x7e]{1,255}$/.test(acr),
  )
  if (!isRight || pairs.length === 0) return undefined
  return new Map(pairs.map(([level, acr]) => [Number(level), acr]))
}

/** Names of providers may hold blanks. */
function directoriesOf(text: string): ReadonlyMap<string, string> | undefined {
  const pairs = pairsOf(text, /\s*[,\n]\s*/)
  return pairs.some(([, directory]) => directory === '') ? undefined : new Map(pairs)
}

/** What is no pair gets an empty value. */
function pairsOf(text: string, between: RegExp): readonly (readonly [string, string])[] {
  return text
    .split(between)
    .filter((pair) => pair.trim() !== '')
    .map((pair) => {
      const sign = pair.lastIndexOf('=')
      if (sign < 1) return [pair, ''] as const
      return [pair.slice(0, sign).trim(), pair.slice(sign + 1).trim()] as const
    })
}

const switchOf = (text: string) => ({ true: true, false: false })[text]

function within(text: string, min: number, max: number): number | undefined {
  const number = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN
  return number >= min && number <= max ? number : undefined
}
