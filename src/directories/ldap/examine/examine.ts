import { type Clock, Fault, type Stopwatch } from '../../../kernel/index.ts'
import type { Bound } from '../servers/bound.ts'
import type { RootDse } from '../servers/root-dse.ts'
import type { LdapServer, LdapSettings } from '../settings.ts'
import { examineClock } from './clock.ts'
import { counted, summaryOf } from './counted.ts'
import type { Examine, Examined } from './examined.ts'
import { createNotes, type Noted } from './notes.ts'
import { opened } from './opened.ts'
import { examinePeople, newestOf, type People } from './people/people.ts'
import { examineUnseen } from './people/unseen.ts'
import { examineRoot, isOther } from './root.ts'
import { examineSomebody } from './somebody.ts'

export type ExamineDeps = {
  readonly settings: LdapSettings
  /** Codes are sent by email, or one is what lets somebody set up their first factor. */
  readonly isEmailNeeded: boolean
  readonly clock: Clock
  readonly stopwatch: Stopwatch
}

/** One server after the other, so that what is slow is slow by itself. */
export function createExamine(deps: ExamineDeps): Examine {
  return async () => {
    const all: Examined[] = []
    for (const server of deps.settings.servers) all.push(await examine(server, deps))
    return all
  }
}

async function examine(server: LdapServer, deps: ExamineDeps): Promise<Examined> {
  const notes = createNotes(deps.settings.name)
  const wire = await opened(server, deps, notes)
  try {
    if (wire !== undefined) await examineWire(wire, deps, notes)
  } finally {
    wire?.close()
  }
  return { server: server.label, facts: notes.facts, findings: notes.findings }
}

/** Without these nobody is found, and that is told. */
const NEEDED: ReadonlySet<string | null> = new Set(['attributes.id', 'attributes.username', 'bind'])

/** What people need of a server that let us in. What goes wrong with one thing says nothing of the next. */
async function examineWire(bound: Bound, deps: ExamineDeps, notes: Noted): Promise<void> {
  const { settings, clock, stopwatch, isEmailNeeded } = deps
  const wire = counted(bound, stopwatch)
  let root: RootDse | undefined
  let people: People = { sample: [], unseen: [] }
  await attempt(async () => {
    root = await examineRoot(wire, settings, notes)
  })
  await attempt(async () => {
    // Of the other dialect nothing is where it is looked for.
    if (root !== undefined && isOther(root, settings)) return
    people = await examinePeople(wire, settings, { root, isEmailNeeded }, notes)
  })
  const { sample, unseen } = people
  const newest = newestOf(sample)
  await attempt(() => examineClock(wire, settings, { clock, root, newest }, notes))
  await attempt(async () => {
    if ([...unseen, ...notes.findings].some(({ key }) => NEEDED.has(key))) return
    await examineSomebody(wire, sample, deps, notes)
  })
  // Last, since for what may not be read a server may look through everybody.
  const [looked, vendor] = [sample.length, root?.vendor ?? null]
  for (const part of unseen) await examineUnseen(wire, settings, { part, looked, vendor }, notes)
  notes.tell('round trips', summaryOf(wire.millis))

  async function attempt(part: () => Promise<void>): Promise<void> {
    if (!wire.isOpen) return
    try {
      await part()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      notes.blame(error)
    }
  }
}
