import type { Applied } from '../../judge-schema.ts'
import { statement } from '../statements.ts'

/**
 * Not there before the first migration, nor for a role that looks for it elsewhere. Asked of the table of tables, which is
 * read as it is now: `to_regclass` may answer from what this connection remembers from before somebody made it.
 */
export const hasVersions = statement<{ there: boolean }>(
  'schema_has_versions',
  `select exists (select from pg_catalog.pg_class
    where relname = 'schema_versions' and pg_catalog.pg_table_is_visible(oid)) as there`,
)

export const everyVersion = statement<Applied>(
  'schema_versions',
  'select version, compatible_from as "compatibleFrom" from schema_versions',
)
