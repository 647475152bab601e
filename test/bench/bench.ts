/**
 * `npm run bench`: what a step-up costs. On SQLite against a floor in the same run; with `-- --store postgres` on PostgreSQL
 * against SQLite; with `-- --directory` of people of OpenLDAP and Active Directory against a bare loop. `-- --policy` is passes by trust, and a hundred rules, alone; `-- --keycloak` is
 * Sallyport behind a real Keycloak against that one's own OTP form. `--json` prints one object as its last line. `--quick` only shows that it runs. Nothing is printed of a
 * run in which a step-up failed.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { benchDirectory } from './directory.ts'
import { lineOf } from './figures.ts'
import { benchKeycloak } from './keycloak.ts'
import { benchPolicy } from './policy.ts'
import { benchPostgres } from './postgres.ts'
import { QUICK, WHOLE } from './sizes.ts'
import { benchSqlite } from './sqlite.ts'
import { openStage } from './stage.ts'

const ENGINES = { sqlite: benchSqlite, postgres: benchPostgres }

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    directory: { type: 'boolean', default: false },
    policy: { type: 'boolean', default: false },
    keycloak: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
})
const { store, directory, policy, keycloak, json, quick } = values
if (store !== 'sqlite' && store !== 'postgres') {
  console.error(`no such store: ${store}; there are ${Object.keys(ENGINES).join(', ')}`)
  process.exit(64)
}

console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`)
await using stage = openStage(quick ? QUICK : WHOLE, (line) => console.log(line))
const bench = directory
  ? benchDirectory
  : policy
    ? benchPolicy
    : keycloak
      ? benchKeycloak
      : ENGINES[store]
const { figures, rows } = await bench(stage)
if (quick) console.log('a quick run: the figures below mean nothing')
for (const row of rows) console.log(lineOf(row))
if (json) console.log(JSON.stringify(quick ? { quick, ...figures } : figures))
