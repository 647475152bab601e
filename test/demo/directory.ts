import type { Employee } from './staff.ts'

/** A company's own directory, in which people are kept rather than in Sallyport's store. */
export type DemoDirectory = AsyncDisposable & {
  /** What it is and where, for a newcomer. */
  readonly shown: string
  /** How the configuration calls it. */
  readonly name: string
  /** What an operator writes into `directories`, and the files that it names. */
  readonly settings: string
  readonly files: Readonly<Record<string, string>>
  readonly users: readonly Employee[]
}

/** So long that `sallyport doctor` minds nothing about the certificate. */
export const DAYS = 90
