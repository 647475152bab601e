import { Fault } from '../../../kernel/index.ts'
import type { LdapServer } from '../settings.ts'

/**
 * `server`: this one is of no use now, another may be. `bind`: it does not take who we are. `lost`, `late`: nobody knows what
 * it would have said. `answer`: it did say something, and would say it again. `ours`: we had no more time.
 */
export type Blame = 'server' | 'bind' | 'lost' | 'late' | 'answer' | 'ours'

/** What is wrong, and what to do about it. `{tls.serverName}` in a text is a key, which is written in full in the end. */
export type Told = {
  /** As it goes on from the name of the server: `refuses connections`. */
  readonly says: string
  /** Where to change it, below the directory: `tls.caFile`. Null: not in the configuration. */
  readonly key: string | null
  /** What would be right there, or what to do. Null: who says it knows no more. */
  readonly wanted: string | null
}

export const saying = (says: string): Told => ({ says, key: null, wanted: null })

export type Where = {
  /** The directory. */
  readonly name: string
  /** Null: whichever is asked. */
  readonly server: LdapServer | null
}

/** A Fault that says whether asking elsewhere may help, and what to change in which key. */
export class Trouble extends Fault implements Told {
  readonly blame: Blame
  readonly isOfServer: boolean
  readonly says: string
  readonly key: string | null
  readonly wanted: string | null

  constructor(blame: Blame, { name, server }: Where, told: Told, cause?: unknown) {
    const { key } = told
    const says = inFull(told.says, name)
    const wanted = told.wanted === null ? null : inFull(told.wanted, name)
    const who = server === null ? name : `${name} (${server.label})`
    const todo = key === null ? wanted : `directories.${name}.${key}: ${wanted ?? 'is it right?'}`
    const message = todo === null ? `${who} ${says}` : `${who} ${says}; ${todo}`
    super('directory.unavailable', message, cause === undefined ? {} : { cause })
    this.blame = blame
    this.isOfServer = server !== null
    this.says = says
    this.key = key
    this.wanted = wanted
  }
}

/** With its keys as an operator writes them. */
export const inFull = (text: string, name: string): string =>
  text.replace(/\{([a-zA-Z.]+)\}/g, (_, key) => `directories.${name}.${key}`)
