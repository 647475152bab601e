/** Only adds, so that the release before this one runs on it. Never edited once released. */
export type Migration = {
  readonly version: number
  readonly name: string
  /** The oldest schema whose release runs on this one as well: the release before this one at least. */
  readonly compatibleFrom: number
  readonly sql: string
}
