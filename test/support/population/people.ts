/** Somebody as any directory could keep them. Several contacts are kept in the order in which they stand here. */
export type Inhabitant = {
  /** `uid`, `sAMAccountName` */
  readonly login: string
  /** `userPrincipalName`, where it matters which. */
  readonly upn?: string
  /** `cn`, and so a part of the DN. */
  readonly name: string
  readonly mails: readonly string[]
  readonly mobiles: readonly string[]
  readonly telephones: readonly string[]
  readonly language: string | null
  readonly unit: string
  readonly state: 'enabled' | 'disabled' | 'expired' | 'locked' | 'lock-has-run-out'
}

export const UNITS = ['Ops', 'Sales', 'Lab', 'Left'] as const
export const MAIL_DOMAIN = 'kestrel.example'

const SOMEBODY: Omit<Inhabitant, 'login' | 'name'> = {
  ...{ mails: [], mobiles: [], telephones: [], language: null, unit: 'Ops', state: 'enabled' },
}

const odd = (login: string, name: string, over: Partial<Inhabitant> = {}): Inhabitant => ({
  ...SOMEBODY,
  ...{ login, name, mails: [`odd${name.length}.${hash(login)}@${MAIL_DOMAIN}`] },
  ...over,
})

/** One of each kind that goes wrong somewhere. */
export const ODD = {
  plain: odd('lwei', 'Li Wei', {
    mails: [`li.wei@${MAIL_DOMAIN}`, `li@${MAIL_DOMAIN}`],
    ...{ mobiles: ['+86 138 0013 8000'], telephones: ['030 901820'], language: 'zh-CN' },
  }),
  umlaut: odd('jürgen.groß', 'Jürgen Groß', { language: 'de, en;q=0.5' }),
  accent: odd('ren\u00e9', 'Ren\u00e9 Roux'),
  noAccent: odd('rene', 'Rene Roux'),
  decomposed: odd('zoe\u0308', 'Zoe\u0308 Decomposed'),
  chinese: odd('李伟', '李伟', { language: 'zh-Hans' }),
  japanese: odd('ガード', 'ガード 花子'),
  trailingSpace: odd('trail ', 'Trail'),
  spaceWithin: odd('anna maria', 'Anna Maria'),
  comma: odd('okafor', 'Okafor, Ada'),
  parenthesis: odd('ada(ops)', 'Ada (Ops) *'),
  backslash: odd('back', 'Back\\Slash "and" <quotes>; +=#'),
  hash: odd('fan', '#1 Fan'),
  twin: odd('twin.one', 'Twin One', { mails: [`twins@${MAIL_DOMAIN}`] }),
  otherTwin: odd('twin.two', 'Twin Two', { mails: [`twins@${MAIL_DOMAIN}`] }),
  nationalPhone: odd('national', 'National Phone', { mobiles: ['030 901820'] }),
  nonsensePhones: odd('nonsense', 'Nonsense Phones', {
    mobiles: ['see the wiki'],
    telephones: ['12345', '+1 202 555 0123 ext. 7', '+1 202 555 0123'],
  }),
  nonsenseMail: odd('nomail', 'Nonsense Mail', { mails: ['Li Wei <li@kestrel.example>'] }),
  noContact: odd('silent', 'Silent', { mails: [] }),
  nested: odd('nora', 'Nora Nested'),
  disabled: odd('stopped', 'Stopped', { state: 'disabled', unit: 'Left' }),
  expired: odd('past', 'Past', { state: 'expired', unit: 'Left' }),
  locked: odd('shut', 'Shut', { state: 'locked' }),
  wasLocked: odd('wasshut', 'Was Shut', { state: 'lock-has-run-out' }),
  renamed: odd('before', 'Before'),
  moved: odd('mover', 'Mover'),
  remailed: odd('remailed', 'Remailed'),
  recreated: odd('phoenix', 'Phoenix'),
} as const satisfies Readonly<Record<string, Inhabitant>>

/** Members of the first of these groups, each of which is within the next. */
export const NESTED: readonly Inhabitant[] = [ODD.nested, ODD.comma, ODD.backslash]

export const NESTED_GROUPS = ['Night Shift', 'On Call, Europe', 'Operations', 'Staff'] as const

const GIVEN = [
  'Ada',
  'Bo',
  'Çelik',
  'Dmitri',
  'Éva',
  'Farid',
  'Gül',
  '秀英',
  'Ольга',
  'Zoë',
] as const
const FAMILY = [
  'Ahn',
  'Berg',
  'Čech',
  'Diaz',
  'Eze',
  'Fröhlich',
  'García',
  '王',
  'Иванова',
  'O’Neil',
] as const
const LANGUAGES = ['en', 'zh-CN', 'de', null] as const

/** `count` people, the same each time: those of `ODD`, and as many as are missing whom nothing distinguishes. */
export function inhabitants(count: number): readonly Inhabitant[] {
  const all: Inhabitant[] = Object.values(ODD)
  for (let n = all.length; n < count; n++) all.push(ordinary(n))
  return all
}

export function ordinary(n: number): Inhabitant {
  const of = <T>(list: readonly T[], by: number): T | undefined => list[by % list.length]
  return {
    ...{ login: `p${n}`, name: `${of(GIVEN, n)} ${of(FAMILY, Math.floor(n / 10))} ${n}` },
    mails: n % 20 === 0 ? [] : [`p${n}@${MAIL_DOMAIN}`],
    mobiles: n % 3 === 0 ? [] : [`+4915${100_000_000 + n}`],
    telephones: n % 7 === 0 ? [`030 ${900_000 + n}`] : [],
    language: of(LANGUAGES, n) ?? null,
    unit: of(UNITS, hash(`${n}`)) ?? UNITS[0],
    state: n % 50 === 0 ? 'disabled' : 'enabled',
  }
}

/** FNV-1a: chance that is the same each time. */
export function hash(text: string): number {
  let sum = 0x811c9dc5
  for (const byte of Buffer.from(text)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0
  return sum
}
