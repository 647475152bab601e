import { Fault, type KeyRing, macOf } from '../kernel/index.ts'

/**
 * Another key under a known id would open nothing and seal what nobody can ever open. So each key leaves a mark when it
 * becomes the newest, which no other key makes, and whoever opens the store is held to it.
 */
export type Mark = { readonly key_id: string; readonly mac: string }

/** Of the newest key; the first that left one for its id is right. */
export function newestMark(keys: KeyRing): Mark {
  return { key_id: keys.activeId, mac: markOf(keys, keys.activeId) ?? '' }
}

/** Throws where a key is another one; answers with the ids of those that are not there, which nothing may need. */
export function judgeMarks(
  keys: KeyRing,
  marks: readonly Mark[],
): { readonly missing: readonly string[]; readonly isNew: boolean } {
  const missing: string[] = []
  for (const { key_id: id, mac } of marks) {
    const ours = markOf(keys, id)
    if (ours === undefined) missing.push(id)
    else if (ours !== mac)
      throw unfit(`encryption.keys '${id}' is not the key that this database was sealed with`)
  }
  return { missing, isNew: !marks.some(({ key_id }) => key_id === keys.activeId) }
}

export const neededKey = (id: string): Fault =>
  unfit(
    `encryption.keys has no '${id}', and this database holds what only that key opens: put it back as the last of the list`,
  )

/** A sealed value begins with the id of its key. */
export const sealedBy = (id: string): string => `v1.${id}.`

const markOf = (keys: KeyRing, id: string) => macOf(keys, 'key-check', id, ['field key', id])

const unfit = (saying: string) => new Fault('configuration.unfit', saying)
