import type { Tx } from './link.ts'
import * as sql from './statements/people.ts'

/** With what they used up. Says how many. */
export async function endEnrolments(
  tx: Tx,
  of: {
    readonly accounts: readonly string[]
    readonly factor: string | null
    /** One alone; null: all of them. */
    readonly enrolment: string | null
  },
): Promise<number> {
  const ended = await tx.run(sql.endEnrolments, of)
  if (ended.length > 0) await tx.run(sql.endUsed, { ids: ended.map(({ id }) => id) })
  return ended.length
}
