import type { PeopleStore } from '../../../directories/index.ts'
import { Fault } from '../../../kernel/index.ts'
import { personRow } from '../../to-rows.ts'
import { isUnique } from '../faults.ts'
import { toldValues } from '../parts.ts'
import * as sql from '../statements/people.ts'
import { tell } from '../statements/tell.ts'
import type { PortDeps } from './deps.ts'

const RACES_MAX = 3
/** So many rows in one statement, so that none runs into its time-out. */
const ROWS_MAX = 2_000

type Add = PeopleStore['add']
type Entry = { readonly directory: string; readonly name_key: string }

/** Looks who is there first, to name them; the unique index decides. */
export function createAddPeople({ link, toRows }: Pick<PortDeps, 'link' | 'toRows'>): Add {
  return async (people, events) => {
    // In one order whoever adds, so that two imports wait for each other and never in a circle.
    const listed = people.map(({ person }) => personRow(person))
    const rows = listed.toSorted(byName)
    const enrolments = people.flatMap(({ enrolment }) => (enrolment ? [enrolment] : []))
    const enrolled = enrolments.map((one) => {
      const { row, consumed } = toRows.enrolment(one)
      return { ...row, part: consumed.part }
    })
    const told = toRows.told(events)

    for (let race = 0; race < RACES_MAX; race++) {
      const taken = await namesTaken(rows)
      if (taken.size > 0) {
        const clashing = listed.filter((row) => taken.has(nameOf(row)))
        return { heard: 'exists', nameKeys: [...new Set(clashing.map((row) => row.name_key))] }
      }
      try {
        await link.transact(async (tx) => {
          for (const some of inParts(rows)) await tx.run(sql.add, columnsOf(some))
          for (const some of inParts(enrolled)) await tx.run(sql.addEnrolments, columnsOf(some))
          for (const some of inParts(told)) await tx.run(tell, toldValues(some))
        })
        return { heard: 'added' }
      } catch (error) {
        // Somebody else was first with one of the names, and is there by now.
        if (!isUnique(error, 'people_directory_name_key_key')) throw error
      }
    }
    throw new Fault('store.contended', `people were added meanwhile ${RACES_MAX} times`)
  }

  /** Those that somebody has, or that stand twice in the list. */
  async function namesTaken(rows: readonly Entry[]): Promise<ReadonlySet<string>> {
    const taken = new Set<string>()
    for (const [n, row] of rows.entries()) {
      const before = rows[n - 1]
      if (before !== undefined && nameOf(before) === nameOf(row)) taken.add(nameOf(row))
    }
    for (const some of inParts(rows)) {
      const directories = some.map(({ directory }) => directory)
      const name_keys = some.map(({ name_key }) => name_key)
      const known = await link.read(sql.taken, { directories, name_keys })
      for (const one of known) taken.add(nameOf(one))
    }
    return taken
  }
}

const nameOf = ({ directory, name_key }: Entry): string => JSON.stringify([directory, name_key])

function byName(one: Entry, other: Entry): number {
  const [a, b] = [nameOf(one), nameOf(other)]
  return a < b ? -1 : Number(a > b)
}

function* inParts<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += ROWS_MAX) yield rows.slice(at, at + ROWS_MAX)
}

type Cell = string | number | null

/** Rows as one list for each column. */
function columnsOf(rows: readonly Readonly<Record<string, Cell>>[]): Record<string, Cell[]> {
  const [first = {}] = rows
  const names = Object.keys(first)
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name] ?? null)]))
}
