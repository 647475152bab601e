import { shownCodeWords } from './code-words.ts'
import { maskedEmail, maskedPhone, maskedText } from './masked.ts'
import { noTextWords } from './missing-words.ts'
import { printable } from './printable.ts'
import type { Looked, LookedAt } from './tools.ts'

/** A person for a terminal, a line for each thing. */
export function personLines(person: LookedAt, isRevealed: boolean): readonly string[] {
  const { account, username, displayName, immutableId, dn, groups, locale } = person
  return [
    ...named('username', [username]),
    ...named('name', displayName === null ? [] : [displayName]),
    ...named('account', [account ?? 'none yet: made when they are first asked for']),
    ...named('id', [immutableId]),
    ...named('entry', dn === null ? [] : [dn]),
    ...named('language', [locale ?? 'none that is known here']),
    ...named('groups', groups.length === 0 ? ['none'] : groups),
    ...contactLines('phone', person, isRevealed),
    ...contactLines('email', person, isRevealed),
    ...named('factors', person.factors.map(factorWords)),
    ...named('codes', person.codes.map(shownCodeWords)),
  ]
}

const WIDTH = 12

/** Values below one another. */
const named = (name: string, values: readonly string[]): readonly string[] =>
  values.map((value, n) => `${(n === 0 ? name : '').padEnd(WIDTH)}${printable(value)}`)

function contactLines(
  contact: 'phone' | 'email',
  { contacts }: LookedAt,
  isRevealed: boolean,
): readonly string[] {
  const own = contacts.filter((one) => one.contact === contact)
  return named(contact, own.length === 0 ? ['none'] : own.map((one) => readWords(one, isRevealed)))
}

type Contact = LookedAt['contacts'][number]

const WHY_NOT = {
  taken: '',
  'same-as-another': 'the same as one before it',
  'too-many': 'left out: there are too many before it',
  'no-text': 'left out: it is no text',
} as const

/** How it was read: what stands there, and what became of it. */
function readWords(
  { contact, attribute, isOperators, written, as, read, text }: Contact,
  isRevealed: boolean,
): string {
  const from = isOperators ? 'added by an operator: ' : attribute === null ? '' : `${attribute}: `
  const shown = written === null ? '(no text)' : isRevealed ? written : maskedText(written)
  if (as !== null) {
    const mask = contact === 'phone' ? maskedPhone : maskedEmail
    const taken = isRevealed ? as : mask(as)
    const whole = written === null || written === as ? taken : `${shown} → ${taken}`
    return `${from}${whole}${noTextWords(text)}`
  }
  const why =
    read === 'unparseable'
      ? contact === 'phone'
        ? `left out: no phone number${written?.trimStart().startsWith('+') ? '' : '. Without + it needs defaultCountry'}`
        : 'left out: no address that mail can be sent to'
      : WHY_NOT[read]
  return `${from}${shown}, ${why}`
}

function factorWords({ factor, use, why }: LookedAt['factors'][number]): string {
  switch (use) {
    case 'ask':
      return `${factor}: asked for`
    case 'enrol':
      return `${factor}: set up first`
    case 'none':
      return why === 'locked'
        ? `${factor}: no, too many wrong answers. See \`sallyport user unlock\``
        : `${factor}: no, there is no ${factor === 'sms' ? 'number' : 'address'} that a code could be sent to`
  }
}

/** What a directory answered, in a line. */
export function answerWords(looked: Looked): string {
  switch (looked.found) {
    case 'person':
      return 'found'
    case 'disabled':
      return `found, and refused: ${REASONS[looked.reason]}`
    case 'not-found':
      return 'nobody of that name'
    case 'ambiguous':
      return 'several people of that name: all of them are refused. Narrow directories.match, or make names unique'
    case 'fault':
      return `no certain answer: ${looked.says}`
  }
}

const REASONS = {
  disabled: 'the account is disabled there',
  expired: 'the account has expired there',
  locked: 'the account is locked there for wrong passwords',
} as const
