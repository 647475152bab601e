import type { KeyRing } from '../../kernel/index.ts'
import { judgeMarks, neededKey, newestMark, sealedBy } from '../check-keys.ts'
import type { Link } from './link.ts'
import * as sql from './statements/upkeep.ts'

/** Holds the keys to the marks that this database has of them. */
export async function checkKeysPostgres(link: Link, keys: KeyRing): Promise<void> {
  const { missing, isNew } = judgeMarks(keys, await link.read(sql.marks, {}))
  for (const id of missing) {
    const [seals] = await link.read(sql.isSealed, { prefix: sealedBy(id) })
    if (seals?.sealed === true) throw neededKey(id)
  }
  if (!isNew) return
  await link.write(sql.mark, newestMark(keys))
  // Whoever came first with another key under this id is right.
  await checkKeysPostgres(link, keys)
}
