/**
 * The operator's file, the environment and secret files become a `Config`, or every problem at once.
 * Pure: it is handed text, variables and a way to read files. The reference and the editor's schema are made
 * from the same zod schema. It knows nothing of the rooms that use the settings, and opens nothing.
 */
export { formatClient } from './client-text.ts'
export type {
  ClientAlgorithm,
  ClientAuthConfig,
  ClientConfig,
  ClientJwks,
  ClientKeysConfig,
  Config,
  DirectoryConfig,
  EmailConfig,
  LdapDirectoryConfig,
  PostgresConfig,
  RuleConfig,
  RungConfig,
  SmsGatewayConfig,
  SqliteConfig,
  StoreConfig,
  SubjectFrom,
} from './config.ts'
export { configurationJsonSchema } from './json-schema.ts'
export { parseConfig } from './parse-config.ts'
export {
  askableIn,
  formatPolicy,
  type OwnSettingsConfig,
  type PolicyConfig,
  type PolicyDocument,
  parsePolicy,
} from './policy-document.ts'
export { formatProblems, type Problem } from './problem.ts'
export type { Sources } from './reader.ts'
export { configurationReference, renderDocs } from './reference.ts'
export { parseTrustHours } from './schema/trust.ts'
