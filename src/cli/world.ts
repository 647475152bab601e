import type { Clock, Random, Result } from '../kernel/index.ts'
import type { CopyStore, Inspect, KeycloakTools, MigrateStore, OpenTools } from './tools.ts'

export type Io = {
  stdout(text: string): void
  stderr(text: string): void
  /** All of standard input, or what is wrong with it. */
  readStdin(bytesMax: number): Promise<Result<Uint8Array, string>>
  readFile(path: string, bytesMax: number): Result<Uint8Array, string>
  writeFile(path: string, text: string): Result<void, string>
}

/** Handed in once, by main.ts or by a test: commands see nothing else of the world. */
export type World = {
  readonly io: Io
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly random: Random
  /** Who is at the keyboard; `--as` says otherwise. */
  readonly operator: string
  readonly version: string
  readonly openTools: OpenTools
  readonly inspect: Inspect
  readonly migrateStore: MigrateStore
  readonly copyStore: CopyStore
  openKeycloak(): Promise<KeycloakTools>
  /** Settles at the first request to stop. */
  stopped(): Promise<void>
}
