import { refuseUnfinished, UNFINISHED } from '../unfinished.ts'
import type { Link } from './link.ts'
import { statement } from './statements.ts'

export const unfinished = statement<{ unfinished: number }>('copy_unfinished', UNFINISHED)

/** Refuses a database that is still being made the copy of another store. */
export async function checkCopyPostgres(link: Pick<Link, 'read'>): Promise<void> {
  refuseUnfinished(await link.read(unfinished, {}))
}
