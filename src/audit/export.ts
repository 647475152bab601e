import type { AuditStore, Sealed } from './audit-store.ts'

const BATCH = 500

/** Sealed events in the order of the chain, starting after a sequence. */
export async function* exportAudit(store: AuditStore, after: number): AsyncGenerator<Sealed> {
  for (let at = after; ; ) {
    const links = await store.sealed(at, BATCH)
    yield* links
    const last = links.at(-1)
    if (last === undefined) return
    at = last.sequence
  }
}
