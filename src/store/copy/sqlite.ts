import { statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { type Clock, Fault } from '../../kernel/index.ts'
import { asFault } from '../sqlite/faults.ts'
import { migrateSqlite, SQLITE_SCHEMA } from '../sqlite/migrate.ts'
import { createReads, type Engine, type Form, plainForm } from './reads.ts'
import type { Row, Source, Target, Value } from './side.ts'
import { forEach, TABLE_NAMES, TABLES, type TableName } from './tables.ts'

const BUSY_MS = 10_000
const CACHE_KIB = 64 * 1024

const FORMS: Readonly<Record<TableName, Form>> = {
  ...forEach(plainForm),
  counters: {
    select: `select account, factor,
      json_group_object(lane, json_array(failures, locked_until)) as lanes from counters`,
    groupBy: 'account, factor',
    key: TABLES.counters.key,
  },
  audit_links: {
    select: `select sequence, id, event, key_id, mac
      from audit_links join audit_events using (position)`,
    key: TABLES.audit_links.key,
  },
  audit_waiting: {
    select: 'select position, id, event from audit_events',
    where: 'position > (select coalesce(max(position), 0) from audit_links)',
    key: [{ name: 'position', type: 'bigint' }],
  },
}

/** What is run for each row. An event stands where its link says; what waits comes after all of them. */
const INSERTS: Readonly<Record<TableName, readonly string[]>> = {
  ...forEach((name) => {
    const { columns } = TABLES[name]
    const values = columns.map((column) => `@${column}`)
    return [`insert into ${name} (${columns.join(', ')}) values (${values.join(', ')})`]
  }),
  counters: [
    `insert into counters (account, factor, lane, failures, locked_until)
      select @account, @factor, key, json_extract(value, '$[0]'), json_extract(value, '$[1]')
      from json_each(@lanes)`,
  ],
  audit_links: [
    'insert into audit_events (position, id, event) values (@sequence, @id, @event)',
    `insert into audit_links (sequence, position, key_id, mac)
      values (@sequence, @sequence, @key_id, @mac)`,
  ],
  audit_waiting: ['insert into audit_events (id, event) values (@id, @event)'],
}

/** Marks of keys, alone, are of nothing that is kept. */
const FILLED = TABLE_NAMES.filter((name) => name !== 'key_checks')
  .map((name) => `select 1 from ${name === 'audit_waiting' ? 'audit_events' : name}`)
  .map((sql) => `exists (${sql})`)
  .join(' or ')

export async function openSqliteSource(file: string): Promise<Source> {
  const db = opened(file, { readonly: true })
  return { ...createReads(engineOf(db, file)), [Symbol.asyncDispose]: async () => void db.close() }
}

/** Makes the file where there is none. One that is there keeps the schema that it has. */
export async function openSqliteTarget(file: string, clock: Clock): Promise<Target> {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) migrateSqlite(file, clock)
  const db = opened(file, {})
  const engine = engineOf(db, file)
  const inserts = new Map<TableName, readonly Sqlite.Statement[]>()
  const transaction = async <T>(work: () => T): Promise<T> => {
    try {
      return db.transaction(work).immediate()
    } catch (error) {
      throw asFault(error, `cannot write ${file}`)
    }
  }
  const write = (sql: string, values: Readonly<Record<string, Value>>) =>
    db.prepare(sql).run(values).changes

  return {
    ...createReads(engine),

    begin: ({ source, progress }) =>
      transaction(() => {
        const isFilled = db.prepare(`select ${FILLED}`).pluck().get() === 1
        if (isFilled) return 'not-empty'
        write('delete from key_checks', {})
        write('delete from store_copies', {})
        write('insert into store_copies values (@name, @source, @progress, null)', {
          ...{ name: 'copy', source, progress },
        })
        return 'begun'
      }),

    append: ({ table, rows }, from, to) =>
      transaction(() => {
        const moved = 'update store_copies set progress = @to where progress = @from'
        if (write(moved, { from, to }) === 0) return 'stale'
        const statements = inserts.get(table) ?? INSERTS[table].map((sql) => db.prepare(sql))
        inserts.set(table, statements)
        for (const row of rows) for (const statement of statements) statement.run(row)
        return 'appended'
      }),

    async finish(from, at) {
      // Whoever is told that it is finished may take the source away.
      db.pragma('synchronous = FULL')
      return transaction(() => {
        const done = 'update store_copies set finished_at = @at where progress = @from'
        return write(done, { from, at }) === 0 ? 'stale' : 'finished'
      })
    },

    [Symbol.asyncDispose]: async () => void db.close(),
  }
}

function opened(file: string, options: Sqlite.Options): Sqlite.Database {
  try {
    const db = new Sqlite(file, { ...options, fileMustExist: true, timeout: BUSY_MS })
    db.pragma(`cache_size = -${CACHE_KIB}`)
    // A batch and how far it came are lost together or not at all.
    db.pragma('synchronous = NORMAL')
    return db
  } catch (error) {
    const isNone = !statSync(file, { throwIfNoEntry: false })
    if (isNone) throw new Fault('store.unavailable', `there is no ${file}`)
    throw asFault(error, `cannot open ${file}`)
  }
}

function engineOf(db: Sqlite.Database, file: string): Engine {
  const statements = new Map<string, Sqlite.Statement<[Row], Row>>()
  return {
    ...{ name: 'sqlite', known: SQLITE_SCHEMA },
    async ask(_name, sql, values) {
      try {
        const statement = statements.get(sql) ?? db.prepare<[Row], Row>(sql)
        statements.set(sql, statement)
        return statement.all(values)
      } catch (error) {
        throw asFault(error, `cannot read ${file}`)
      }
    },
    forms: FORMS,
    hasSchema: "select 1 as there from sqlite_master where name = 'schema_versions'",
    latest: `select
      coalesce((select mac from audit_links order by sequence desc limit 1), '') || ' ' ||
      coalesce((select id from audit_events where position >
          (select coalesce(max(position), 0) from audit_links)
        order by position desc limit 1), '') as latest`,
  }
}
