import { type Outcome, type Row, rounded } from './figures.ts'
import type { Way } from './keycloak-realm.ts'
import { median, spread } from './statistics.ts'

/** Of one window. */
export type Taken = {
  /** Charged to each for a sign-in. */
  readonly keycloakMs: number
  readonly sallyportMs: number
  /** Of a whole sign-in. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Cores that nobody of ours had. */
  readonly others: number
}

/** One window of each. */
export type Round = Readonly<Record<Way, Taken>>

type Figure = (round: Round) => number

/** What the three cost beside each other, and what they are held to. */
const RATIOS: readonly (readonly [string, string, Figure, string])[] = [
  [
    ...(['sallyport', 'Sallyport / OTP form'] as const),
    ({ otp, sallyport }) => sallyport.sallyportMs / otp.keycloakMs,
    '≤ 0.17, better 0.1',
  ],
  [
    ...(['extra', 'Keycloak: extra / OTP form'] as const),
    ({ otp, sallyport }) => (sallyport.keycloakMs - otp.keycloakMs) / otp.keycloakMs,
    '≤ 1',
  ],
  [
    ...(['sso', 'Keycloak: SSO / OTP form'] as const),
    ({ otp, sso }) => sso.keycloakMs / otp.keycloakMs,
    'what is left where nobody asks',
  ],
]

const DELAYS = [
  ['p50Ms', 'p50 of a step-up'],
  ['p99Ms', 'p99 of a step-up'],
] as const

/** As it comes in: CPU for a sign-in, in milliseconds. */
export function lineOfRound(round: Round): string {
  const cpu = Object.entries(round).map(([way, taken]) => `${way} ${rounded(taken.keycloakMs)}`)
  const { sallyportMs } = round.sallyport
  const others = Object.values(round).map((taken) => rounded(taken.others, 1))
  return `  Keycloak ${cpu.join(', ')}; Sallyport ${rounded(sallyportMs)}; others took ${others.join(', ')} cores`
}

/** @param workers at a time */
export function outcomeOf(rounds: readonly Round[], workers: number): Outcome {
  const of = (figure: Figure) => rounded(median(rounds.map(figure)))
  const cpu = {
    otp: of(({ otp }) => otp.keycloakMs),
    redirect: of(({ sallyport }) => sallyport.keycloakMs),
    sso: of(({ sso }) => sso.keycloakMs),
    sallyport: of(({ sallyport }) => sallyport.sallyportMs),
  }
  const others = of((round) => median(Object.values(round).map((taken) => taken.others)))
  const ratios = RATIOS.map(([name, title, figure, aim]) => {
    const all = rounds.map(figure)
    const ratio = rounded(median(all))
    return { name, ratio, row: [title, `${ratio}`, `${aim}; rounds ${spread(all)}`] as const }
  })
  const delays = DELAYS.map(([name, title]) => {
    const [otp, sso] = [of((round) => round.otp[name]), of((round) => round.sso[name])]
    const added = rounds.map((round) => round.sallyport[name] - round.otp[name])
    const [more, whole] = [rounded(median(added)), of((round) => round.sallyport[name])]
    const note = `OTP form ${otp}, Sallyport ${whole}, SSO ${sso}; rounds ${spread(added)}`
    return { name, more, row: [`${title}, added`, `${more} ms`, note] as const }
  })
  const suffix = `With${workers}`
  return {
    figures: Object.fromEntries(
      [
        ...[['cpuMsOfOtpForm', cpu.otp] as const, ['cpuMsOfRedirect', cpu.redirect] as const],
        ...[['cpuMsOfSso', cpu.sso] as const, ['cpuMsInSallyport', cpu.sallyport] as const],
        ...ratios.map(({ name, ratio }) => [`${name}Ratio`, ratio] as const),
        ...delays.map(({ name, more }) => [`${name}Added`, more] as const),
      ].map(([name, figure]) => [`${name}${suffix}`, figure]),
    ),
    rows: [
      [`${workers} at a time`, '', `others of the machine took ${others} cores meanwhile`],
      ['CPU of Keycloak, OTP form', `${cpu.otp} ms`, 'for a step-up on a live session'],
      ['the same, Sallyport', `${cpu.redirect} ms`, `and in Sallyport ${cpu.sallyport} ms`],
      ['the same, SSO alone', `${cpu.sso} ms`, 'nobody is asked'],
      ...[...ratios, ...delays].map(({ row }): Row => row),
    ],
  }
}
