/**
 * Loaded before a server of ours (`--import`, with `?file=` in the address): its process dies, as if by `kill -9`, at
 * the commit that the file names as `before 3 step-up` or `after 1 audit_links`: so many commits from now, of those that
 * change something of a step-up, or that table. Without a file it kills nobody: each commit that changes anything is
 * said on standard output.
 */
import { readFileSync, rmSync, writeSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'

type Due = { readonly when: string; readonly at: number; readonly what: string }

const OF_A_STEP_UP: ReadonlySet<string> = new Set([
  ...['requests', 'client_assertions', 'step_ups', 'authorization_codes'],
  ...['counters', 'consumed', 'enrolments', 'send_budgets', 'known_browsers', 'operator_codes'],
  'trust_grants',
])
const WRITES = /^(?:insert into|update|delete from) "(\w+)"/i

const file = new URL(import.meta.url).searchParams.get('file')
const changed = new Set<string>()
let due: Due | undefined
let commits = 0

// The writer is the only thread that commits once the server runs.
if (!isMainThread) {
  const { prepare } = Sqlite.prototype
  Object.assign(Sqlite.prototype, {
    prepare(this: Sqlite.Database, sql: string) {
      const statement: Sqlite.Statement = Reflect.apply(prepare, this, [sql])
      const run = statement.run.bind(statement)
      const table = WRITES.exec(sql)?.[1]
      if (sql === 'COMMIT') return Object.assign(statement, { run: () => commit(run) })
      if (table === undefined) return statement
      return Object.assign(statement, {
        run(...values: readonly unknown[]) {
          const done = run(...values)
          if (done.changes > 0) changed.add(table)
          return done
        },
      })
    },
  })
}

function commit(run: () => Sqlite.RunResult): Sqlite.RunResult {
  due ??= ordered()
  const isMeant = (table: string) =>
    due?.what === 'step-up' ? OF_A_STEP_UP.has(table) : table === due?.what
  const isNow = [...changed].some(isMeant) && ++commits === due?.at
  if (isNow && due?.when === 'before') process.kill(process.pid, 'SIGKILL')
  const done = run()
  if (file === null && changed.size > 0) writeSync(1, 'COMMITTED\n')
  changed.clear()
  if (isNow) process.kill(process.pid, 'SIGKILL')
  return done
}

function ordered(): Due | undefined {
  if (file === null) return undefined
  try {
    const [when = '', at, what = ''] = readFileSync(file, 'utf8').split(' ')
    rmSync(file)
    return { when, at: Number(at), what }
  } catch {
    return undefined
  }
}
