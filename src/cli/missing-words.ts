import type { Textable } from '../directories/index.ts'
import type { FactorKind } from '../kernel/index.ts'
import type { Explained } from './tools.ts'

type Told = Extract<Explained, { readonly explained: 'person' }>

/** What keeps somebody from each factor that the policy names for them, and who can change it. */
export function missingLines(told: Told): readonly string[] {
  const { plan } = told
  const offered = new Set(plan.plan === 'ask' ? plan.offered.map(({ factor }) => factor) : [])
  return told.prospects.flatMap(({ factor, use, why }) => {
    if (offered.has(factor)) return []
    const because =
      use !== 'none'
        ? tooWeak(told, factor)
        : why === 'locked'
          ? 'locked after too many wrong answers'
          : nothingToUse(told, factor)
    return [`${factor}: ${because}`]
  })
}

/** It would be asked for, were it worth enough. */
function tooWeak({ enrolled, effective }: Told, factor: FactorKind): string {
  const at = enrolled.find((one) => one.factor === factor)
  const least = effective.acr === null ? 'what is insisted on' : effective.acr
  if (at === undefined) return `worth less than ${least}`
  return (
    `worth less than ${least}, as it was set up by ${at.provenance}. One that was set up with` +
    ' `sallyport user bind-code` or imported may be worth more, after `sallyport user reset-factor`'
  )
}

function nothingToUse({ phones, effective, lane }: Told, factor: FactorKind): string {
  switch (factor) {
    case 'totp':
      if (lane === 'unsigned')
        return 'no app is set up, and none ever is where nobody signs the name'
      return effective.firstEnrolment === 'contact'
        ? 'no app is set up, and there is no address or number to prove first (firstEnrolment: contact)'
        : 'no app is set up, and one can’t be'
    case 'email':
      return 'there is no address. `sallyport user set NAME --email` adds one'
    case 'sms':
      return phones.length === 0
        ? 'there is no number. `sallyport user set NAME --phone` adds one'
        : 'no number of theirs gets a text, see phones below'
    case 'dingtalk':
    case 'webauthn':
    case 'recovery-code':
      return 'not offered by this release'
    case 'bind-code':
    case 'bypass-code':
      return 'an operator makes one'
  }
}

const NO_TEXT = {
  may: '',
  region: ', gets no text: its country is not in channels.smsRegions',
  type: ', gets no text: its type is not in channels.smsTypes',
  premium: ', gets no text: it costs more, or no single person holds it',
  unassigned: ', gets no text: nobody was given such a number',
} as const satisfies Record<Textable, string>

/** Beside a number, where texts are sent at all. */
export const noTextWords = (text: Textable | null): string => (text === null ? '' : NO_TEXT[text])
