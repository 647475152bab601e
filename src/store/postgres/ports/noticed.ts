import type { ToldRow } from '../ending.ts'
import type { Tx } from '../link.ts'
import { add } from '../statements/notices.ts'

/** What an operator did for somebody, named after the event that tells of it. */
export async function noticed(
  tx: Tx,
  account: string,
  kind: string,
  { told, factor = null, former = '[]', at }: OperatorsDoing,
): Promise<void> {
  const [event] = told
  const by = { lane: 'operator', about: 'null' }
  const of = { account, kind, factor, at, former }
  if (event !== undefined) await tx.run(add, { id: event.id, ...by, ...of })
}

type OperatorsDoing = {
  readonly told: readonly ToldRow[]
  readonly at: number
  readonly factor?: string | null
  /** As JSON. */
  readonly former?: string
}
