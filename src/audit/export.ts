import type { AuditStore, Sealed } from './audit-store.ts'
import type { AuditEvent } from './events.ts'

/** A link with its event as an object; one of another release comes along whole. */
export type Exported = Omit<Sealed, 'text'> & { readonly event: AuditEvent }

const BATCH = 500

/** Sealed events in the order of the chain, starting after a sequence. */
export async function* exportAudit(store: AuditStore, after: number): AsyncGenerator<Exported> {
  for (let at = after; ; ) {
    const links = await store.sealed(at, BATCH)
    for (const { text, ...link } of links) yield { ...link, event: JSON.parse(text) }
    const last = links.at(-1)
    if (last === undefined) return
    at = last.sequence
  }
}
