/** Only adds, so that the release before this one runs on it. Never edited once released. */
export type Migration = {
  readonly version: number
  readonly name: string
  readonly sql: string
}
