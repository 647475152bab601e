/**
 * One connection to one server, already secured, bound, and known to be whom it was bound as. What it is asked for after it
 * was lost is a Fault: it never connects again by itself.
 */
export type Wire = {
  readonly server: string
  readonly isOpen: boolean
  search(asked: Search): Promise<Found>
  /** RFC 4532: `dn:…` or `u:…`; empty for nobody. */
  whoAmI(): Promise<string>
  close(): void
}

export type Search = {
  readonly base: string
  /** A base that is not there is a setting that can't be right, thus a Fault; with this it is an answer without entries. */
  readonly isBaseOptional?: true
  readonly scope: 'base' | 'one' | 'sub'
  /** Built from parts that are escaped. */
  readonly filter: Filter
  readonly attributes: readonly string[]
  /** Those whose values are bytes. */
  readonly binary: readonly string[]
  /** More than these are not asked for; `isMore` says that there were. */
  readonly entriesMax: number
  /** Undefined: not paged. */
  readonly pageSize?: number
}

export type Found = {
  readonly entries: readonly Entry[]
  readonly isMore: boolean
  /** Referrals and search references, which are never followed. */
  readonly references: number
  /** In how many it came; of a search that was paged alone. */
  readonly pages?: number
}

/** As the server told it: names of attributes in lower case and without options, values in the server's order. */
export type Entry = {
  readonly dn: string
  readonly values: ReadonlyMap<string, readonly (string | Uint8Array)[]>
}

/** A value is never part of a text that is parsed again. */
export type Filter =
  | { readonly is: 'equal'; readonly attribute: string; readonly value: string | Uint8Array }
  | { readonly is: 'starts'; readonly attribute: string; readonly value: string }
  | {
      readonly is: 'matches'
      readonly attribute: string
      readonly rule: string
      readonly value: string
    }
  | { readonly is: 'and' | 'or'; readonly all: readonly Filter[] }
  | { readonly is: 'not'; readonly one: Filter }
  | { readonly is: 'present'; readonly attribute: string }
  /** RFC 4515, from the configuration alone. */
  | { readonly is: 'written'; readonly text: string }
