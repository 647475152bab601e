import type { Fault } from '../../../kernel/index.ts'
import { inFull, type Told, Trouble } from '../servers/trouble.ts'
import type { Examined, Finding } from './examined.ts'

/** What is found out of one server, in the order in which it is told. */
export type Notes = {
  /** A fact: `TLS` is `TLSv1.3`. */
  tell(what: string, is: string): void
  /** @param line for whoever runs the directory. */
  find(weighs: Finding['weighs'], told: Told, line?: string | null): void
  blame(fault: Fault): void
}

export type Noted = Notes & Pick<Examined, 'facts' | 'findings'>

/** @param name of the directory, by which keys are written in full. */
export function createNotes(name: string): Noted {
  const facts: Examined['facts'][number][] = []
  const findings: Finding[] = []
  const notes: Noted = {
    ...{ facts, findings },
    tell: (what, is) => void facts.push({ what, is }),
    find(weighs, { says, key, wanted }, line = null) {
      const finding = { weighs, key, says: inFull(says, name), line }
      findings.push({ ...finding, wanted: wanted === null ? null : inFull(wanted, name) })
    },
    // Of a person who is kept there it is a Fault alone, whose message says all that there is to say.
    blame: (fault) =>
      notes.find(
        'wrong',
        fault instanceof Trouble
          ? ofServer(fault, name)
          : { says: fault.message, key: null, wanted: null },
      ),
  }
  return notes
}

/** As a sentence of its own. */
export function ofServer({ isOfServer, says, key, wanted }: Trouble, name: string): Told {
  const who = isOfServer ? 'the server' : name
  return { says: `${who} ${says}`, key, wanted: wanted ?? 'see what its own log says of it' }
}

export const peopleOf = (count: number): string => (count === 1 ? '1 person' : `${count} people`)
