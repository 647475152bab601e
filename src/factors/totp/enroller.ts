import { createHmac } from 'node:crypto'
import { generateURI } from 'otplib'
import { Fault, type Id, type KeyRing, newId, type Random, Secret } from '../../kernel/index.ts'
import type { Enroller, Pending } from '../../stepup/index.ts'
import { toBase32 } from './base32.ts'
import { matchingStep, parseCode } from './totp.ts'

/** What every OTP app understands; the defaults of RFC 6238 and of the Key URI Format. */
const KIND = { algorithm: 'sha1', digits: 6, periodSeconds: 30 } as const
const SEED_BYTES = 20

type Of = {
  readonly stepUp: Id<'stepUp'>
  readonly account: Id<'account'>
  readonly pending: Pick<Pending, 'enrolment' | 'keyId'>
}

/** What the page shows, while the enrolment is pending and never after. */
export type Shown = { readonly manualKey: string; readonly uri: string }

export function createEnroller(deps: {
  readonly keys: KeyRing
  readonly random: Random
}): Enroller & {
  show(of: Of, label: { readonly issuer: string; readonly username: string }): Shown
} {
  const { keys, random } = deps
  return {
    begin: () => ({ enrolment: newId('enrolment', random), keyId: keys.activeId }),

    parse: (given) => parseCode(given, KIND.digits),

    confirm(of, code, now) {
      const secret = new Secret<Uint8Array>(seedOf(keys, of))
      const usedTimeStep = matchingStep({ ...KIND, secret, usedTimeStep: 0 }, code, now)
      if (usedTimeStep === undefined) return 'wrong'
      const { account, pending } = of
      const { enrolment: id, provenance } = pending
      const made = { ...KIND, id, account, factor: 'totp', provenance, secret } as const
      return { ...made, at: now, usedTimeStep, name: null }
    },

    show(of, { issuer, username }) {
      const manualKey = toBase32(seedOf(keys, of))
      const { algorithm, digits, periodSeconds: period } = KIND
      const uri = generateURI({
        issuer,
        label: username,
        secret: manualKey,
        algorithm,
        digits,
        period,
      })
      return { manualKey, uri }
    },
  }
}

/** 160 bits, bound to person, step-up and enrolment: a seed shown to one can't be confirmed by another. */
function seedOf(keys: KeyRing, { stepUp, account, pending }: Of): Uint8Array {
  const key = keys.subkey('seed', pending.keyId)
  // Another replica made it with a key that is not known here yet, or no more.
  if (key === undefined)
    throw new Fault('store.unavailable', `encryption.keys has no '${pending.keyId}'`)
  const parts = [pending.enrolment, stepUp, account].join('\n')
  return createHmac('sha256', key).update(parts).digest().subarray(0, SEED_BYTES)
}
