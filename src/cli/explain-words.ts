import { type FactorKind, never } from '../kernel/index.ts'
import type { Offer } from '../stepup/index.ts'
import { shownCodeWords } from './code-words.ts'
import { maskedEmail, maskedPhone } from './masked.ts'
import { missingLines, noTextWords } from './missing-words.ts'
import { printable } from './printable.ts'
import type { Explained } from './tools.ts'
import { trustedLines, trustLines } from './trust-words.ts'

type Told = Extract<Explained, { readonly explained: 'person' }>
type Asked = {
  readonly user: string
  readonly client: string
  readonly ip: string | null
  readonly timeZone: string
  readonly isRevealed: boolean
}

const WIDTH = 14
const line = (name: string, text: string): string => `  ${name.padEnd(WIDTH)}${printable(text)}`

/** For the help desk: what would happen first, then why. */
export function explainedLines(
  told: Exclude<Explained, { readonly explained: 'unknown-client' }>,
  asked: Asked,
): readonly string[] {
  if (told.explained === 'nobody') return [nobodyWords(told, asked)]
  const { person } = told
  return [
    printable(
      `${person.username} of ${person.directory}, at ${asked.client}, ${whenceOf(told, asked)}`,
    ),
    '',
    ...outcomeLines(told, asked),
    '',
    'Why',
    ...whyLines(told),
    ...trustLines(told.trust).map((text, n) => line(n === 0 ? 'passes' : '', text)),
    '',
    'What is known of them',
    ...knownLines(told, asked),
  ]
}

function nobodyWords(
  { found, reason }: Extract<Explained, { readonly explained: 'nobody' }>,
  { user, client }: Asked,
): string {
  const who = printable(user)
  switch (found) {
    case 'not-found':
      return `Refused: none of the directories of ${client} has anybody called ${who}.`
    case 'ambiguous':
      return `Refused: several people are called ${who}. \`sallyport people\` shows where.`
    case 'disabled':
      return `Refused: ${who} is ${reason}. Where they are kept here \`sallyport user enable\` ends that, else their directory has to.`
  }
}

function whenceOf({ at }: Told, { ip, timeZone }: Asked): string {
  const time = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, dateStyle: 'full', timeStyle: 'short' },
  }).format(at)
  return `${ip === null ? 'from an unknown address' : `from ${ip}`}, ${time} (${timeZone})`
}

function outcomeLines(told: Told, { isRevealed }: Asked): readonly string[] {
  const { plan } = told
  switch (plan.plan) {
    case 'ask': {
      // Of several apps that are worth the same one line is enough.
      const offers = [...new Set(plan.offered.map((offer) => offerLine(offer, told, isRevealed)))]
      return [
        ...trustedLines(told),
        offers.length === 1 ? 'Asked for' : 'Asked for one of these, in this order',
        ...offers,
      ]
    }
    case 'exempt':
      return ['Passes without a question. The token says acr: exempt, and names no factor.']
    case 'delegated':
      return [
        'Passes, since the provider saw a second factor itself. The token says acr: delegated.',
      ]
    case 'block':
      return [
        `Stopped, and may try again: ${plan.reason}.`,
        ...missingLines(told).map((text) => `  ${printable(text)}`),
        plan.why === 'no-contact'
          ? '  Add what is missing, then they press Try again; their password is not needed.'
          : '  `sallyport user show` says until when; `sallyport user unlock` ends it.',
      ]
    case 'refuse':
      return [
        REFUSED[plan.reason],
        ...(plan.reason === 'essential-acr-unmet'
          ? missingLines(told).map((text) => `  ${printable(text)}`)
          : []),
      ]
    default:
      return never(plan)
  }
}

function offerLine(offer: Offer, told: Told, isRevealed: boolean): string {
  const all = offer.use === 'enrol' ? (offer.first?.to ?? []) : offer.to
  const to = all.map((one) => (isRevealed ? one : masked(one)))
  const how =
    offer.use === 'enrol' ? enrolWords(offer, to, told) : to.join(', ') || OWN(offer.factor)
  return line(offer.factor, `${how}; worth ${offer.acr}`)
}

const OWN = (factor: FactorKind): string =>
  factor === 'bypass-code' ? 'the code that an operator handed out' : 'their app'

function enrolWords(
  { first }: Extract<Offer, { readonly use: 'enrol' }>,
  to: readonly string[],
  { codes }: Told,
): string {
  if (first === null) return 'set up first, and nothing is asked before'
  if (first.channel !== 'bind-code') return `set up first, after a code to ${to.join(', ')}`
  const code = codes.find(({ kind }) => kind === 'bind-code')
  const how = { live: 'good', expired: 'out of time', dead: 'dead', 'used-before': 'used' } as const
  const is = code === undefined ? 'none was made' : `the one that was made is ${how[code.state]}`
  return `set up first, with a code from an operator (\`sallyport user bind-code\`): ${is}`
}

const REFUSED = {
  denied: 'Refused: a rule denies it.',
  'essential-acr-unmet':
    'Refused: nothing they could use is worth the acr that the client insists on.',
  'question-needed': 'Refused: the client wants no question to be asked.',
  'attempts-spent': 'Refused: too many answers.',
} as const

function whyLines({ reasons, effective, isApplied }: Told): readonly string[] {
  const holding = reasons.rules.find(({ is }) => is === 'holds')
  const because = ({
    from,
    ...more
  }: {
    readonly from: string
    readonly rule?: string
  }): string => {
    if (from === 'person') return 'by their own settings (`sallyport user set`)'
    if (from === 'rule') return `by the rule “${more.rule}”`
    return isApplied ? 'by the policy that was applied' : 'by the configuration'
  }
  const use = { required: 'asked', exempt: 'not asked', denied: 'let in under no condition' }
  return [
    line('they are', `${use[effective.use]}, ${because(reasons.use)}`),
    line('factors', `${effective.factors.join(', ') || 'none'}, ${because(reasons.factors)}`),
    ...(effective.acr === null
      ? []
      : [line('at least', `${effective.acr}, by the rule “${holding?.name ?? ''}”`)]),
    ...delegatedLines(effective),
    line(
      'sent',
      `${effective.sendAtOnce ? 'at once, where it is one code to one contact' : 'nothing until they choose'}, ${because(reasons.sendAtOnce)}`,
    ),
    line(
      'language',
      effective.language === null
        ? 'as the request, the directory or the browser has it'
        : `${effective.language}, ${because(reasons.language ?? { from: 'person' })}`,
    ),
    line(
      'trust',
      `${effective.trustHours === 0 ? 'none' : `${effective.trustHours} hours`}, ${because(reasons.trustHours)}`,
    ),
    ...(effective.trustHours === 0
      ? []
      : [line('bound to', `${effective.trustBinding}, ${because(reasons.trustBinding)}`)]),
    ...ruleLines(reasons),
  ]
}

/** What a real request may add, which nobody can know before it is there. */
function delegatedLines({ use, acr, delegatedAmr }: Told['effective']): readonly string[] {
  if (use !== 'required' || delegatedAmr.length === 0) return []
  const seen = `that it saw ${delegatedAmr.join(' or ')} in the last 12 hours`
  return [
    line(
      'delegated',
      acr === null
        ? `not asked when the provider signs ${seen}, and insists on no acr`
        : `asked even when the provider signs ${seen}, since the rule wants ${acr}`,
    ),
  ]
}

function ruleLines({ rules }: Told['reasons']): readonly string[] {
  if (rules.length === 0) return [line('rules', 'there are none')]
  return rules.map(({ name, then, is }, n) =>
    line(n === 0 ? 'rules' : '', `${n + 1}. ${name} (${then}): ${RULE[is]}`),
  )
}

const RULE = {
  holds: 'holds, and so no other is looked at',
  'not-asked': 'not looked at',
  client: 'no, it is for other clients',
  directory: 'no, it is for other directories',
  group: 'no, they are in none of its groups',
  network: 'no, they come from elsewhere',
  time: 'no, not at this time',
} as const

function knownLines(told: Told, { isRevealed }: Asked): readonly string[] {
  const { person, enrolled, answers, plan } = told
  const shown = (one: string) => (isRevealed ? one : masked(one))
  const phones = told.phones.map(({ phone, text }) => shown(phone) + noTextWords(text))
  const held = answers.filter(({ pausedUntil }) => pausedUntil !== null)
  return [
    line('account', person.account),
    line('emails', person.emails.map(shown).join(', ') || 'none'),
    line('phones', phones.join('; ') || 'none'),
    line(
      'set up',
      enrolled.map(({ factor, provenance }) => `${factor} (by ${provenance})`).join(', ') ||
        'nothing',
    ),
    ...told.codes.map((code, n) => line(n === 0 ? 'codes' : '', shownCodeWords(code))),
    line('groups', person.groups.join('; ') || 'none'),
    line(
      'locked',
      held
        .map(({ factor, lane, failures }) => `${factor} in ${lane} after ${failures} wrong answers`)
        .join(', ') || 'nothing',
    ),
    ...(plan.plan === 'ask' ? missingLines(told).map((text) => line('not offered', text)) : []),
  ]
}

const masked = (contact: string): string =>
  contact.includes('@') ? maskedEmail(contact) : maskedPhone(contact)
