import type { ToldRow } from '../ending.ts'
import type { Tx } from '../link.ts'
import { add } from '../statements/notices.ts'

/** What an operator did for somebody, named after the event that tells of it. */
export async function noticed(
  tx: Tx,
  account: string,
  {
    told,
    ...of
  }: {
    readonly kind: string
    readonly factor: string | null
    readonly at: number
    readonly told: readonly ToldRow[]
    /** Addresses of before, as JSON. */
    readonly former: string
  },
): Promise<void> {
  const [event] = told
  const by = { lane: 'operator', about: 'null' }
  if (event !== undefined) await tx.run(add, { id: event.id, account, ...by, ...of })
}
