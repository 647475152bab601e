import type { Link } from './link.ts'
import { timeOut } from './statements/upkeep.ts'

/**
 * Behind a pooler the sessions are not ours, and so their time-outs are the role's. Without them the server goes on with a
 * statement that nobody waits for any more, and with the locks that it has.
 */
export async function checkTimeOutsPostgres(
  link: Link,
  user: string,
  advise: (advice: string) => void,
): Promise<void> {
  const [set] = await link.read(timeOut, {})
  if (set?.endless !== true) return
  advise(
    `the role ${user} has no statement_timeout, and with store.prepared: false nothing else ends a statement: docs/postgresql.md, PgBouncer, says what to set`,
  )
}
