/**
 * The command line: one file per command, from words to an exit code and a sentence. It sees the rooms only through
 * `Tools`, which compose.ts makes, and the world only through `World`, which main.ts or a test hands in.
 */
export { EXIT } from './exit.ts'
export { run } from './run.ts'
export type {
  CopyStore,
  Explained,
  Inspect,
  KeycloakTools,
  KeyLine,
  LogTo,
  LookedAt,
  MigrateStore,
  OtherRole,
  SchemaChange,
  Tools,
} from './tools.ts'
export type { Io, World } from './world.ts'
