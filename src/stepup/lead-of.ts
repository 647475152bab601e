import type { Judged } from './factor.ts'
import type { Earns, Lead } from './move.ts'
import type { Enroller } from './ports.ts'
import type { Challenged, Pending, Proof, Provenance } from './step-up.ts'

/** What a right answer leads to. One that is no proof by itself is a bind code: what it brings is the app that is set up with it. */
export function leadOf(
  { factor, leadsTo, request }: Challenged,
  { enrolledBy }: Extract<Judged, { readonly verdict: 'accepted' }>,
  proof: Proof | null,
  earns: Earns | null,
  begin: Enroller['begin'],
): Lead {
  if (proof === null) return enrolling('bind-code', null)
  if (leadsTo === 'enrolling') return enrolling(`contact:${factor}`, { factor, proof })
  return request.purpose === 'enrol' && factor === 'totp'
    ? { leadsTo: 'managing', proven: { factor, provenance: enrolledBy, proof } }
    : { leadsTo, proof, earns }

  function enrolling(provenance: Provenance, credit: Pending['credit']): Lead {
    return { leadsTo: 'enrolling', pending: { ...begin(), provenance, credit } }
  }
}
