import type { Id, KeyRing } from '../kernel/index.ts'
import { signParts, verifyParts } from '../kernel/index.ts'

/** The hops between steps that a link may be good for. */
export type Hop = 'begin' | 'resume'

/**
 * Anti-forgery. A form carries a MAC over the step-up, what the form does and the browser that it was shown to; a link
 * between steps carries one over the step-up and the hop. Labels are namespaced by purpose, so that neither opens the other.
 */
export type Proofs = {
  form(stepUp: Id<'stepUp'>, browser: string, action: string): string
  checkForm(
    stepUp: Id<'stepUp'>,
    browser: string,
    action: string,
    given: unknown,
  ): 'genuine' | 'forged'
  via(stepUp: Id<'stepUp'>, hop: Hop): string
  checkVia(stepUp: Id<'stepUp'>, hop: Hop, given: unknown): 'genuine' | 'forged'
}

export function createProofs(keys: KeyRing): Proofs {
  return {
    form: (stepUp, browser, action) => signParts(keys, 'form', [action, stepUp, browser]),
    checkForm: (stepUp, browser, action, given) =>
      verifyParts(keys, 'form', [action, stepUp, browser], given),
    via: (stepUp, hop) => signParts(keys, 'step', [hop, stepUp]),
    checkVia: (stepUp, hop, given) => verifyParts(keys, 'step', [hop, stepUp], given),
  }
}
