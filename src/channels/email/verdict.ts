import type { Delivery } from '../channel.ts'

/** What nodemailer says of a message that did not go out. */
export type MailError = {
  readonly code?: unknown
  readonly command?: unknown
  readonly responseCode?: unknown
  readonly response?: unknown
}

/** Who can do something about it. Only `person` is about the address; the rest is about us or the way. */
export type Blame = 'person' | 'wait' | 'over' | 'operator' | 'bug'

/**
 * By enhanced status code (RFC 3463): x.1 and x.2 are the recipient, x.3 and x.4 the channel, x.5 and x.6 our own making,
 * x.7 the operator's. Without one, a permanent refusal of RCPT is about the person, and of anything else about the operator.
 */
export function blameOf({ code, command, responseCode, response }: MailError): Blame {
  if (code === 'EAUTH') return isPermanent(responseCode) ? 'operator' : 'over'
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return 'over'
  const isRecipient = command === 'RCPT TO'
  const enhanced = /^\d{3}[ -]([245])\.(\d{1,3})\.(\d{1,3})\b/.exec(`${response ?? ''}`)
  if (responseCode === 421) return 'over'
  if (!isPermanent(responseCode)) {
    if (enhanced?.[2] === '3' || enhanced?.[2] === '4') return 'over'
    return isRecipient ? 'wait' : 'over'
  }
  switch (enhanced?.[2]) {
    case '1':
    case '2':
      if (!isRecipient) return 'operator'
      return enhanced[2] === '2' && enhanced[3] === '2' ? 'wait' : 'person'
    case '3':
    case '4':
      return enhanced[2] === '3' && !isRecipient ? 'bug' : 'over'
    case '5':
    case '6':
      return isRecipient && enhanced[3] === '7' ? 'person' : 'bug'
    case '7':
      return 'operator'
    default:
      return isRecipient && [550, 551, 553].includes(Number(responseCode)) ? 'person' : 'operator'
  }
}

const isPermanent = (responseCode: unknown): boolean =>
  typeof responseCode === 'number' && responseCode >= 500 && responseCode !== 503

export const outcomeOf = (blame: Blame): Exclude<Delivery['outcome'], 'accepted'> =>
  blame === 'person' ? 'recipient-refused' : 'failed'
