import { type Link, POSTGRES_SCHEMA, statement } from '../postgres/index.ts'
import { createReads, type Engine, type Form, plainForm } from './reads.ts'
import type { Row, Source, Target } from './side.ts'
import { forEach, TABLE_NAMES, TABLES, type TableName } from './tables.ts'

const FORMS: Readonly<Record<TableName, Form>> = {
  ...forEach(plainForm),
  counters: {
    select: `select account, factor, jsonb_object_agg(lane.key, lane.value)::text as lanes
      from counters cross join lateral jsonb_each(lanes) as lane`,
    groupBy: 'account, factor',
    key: TABLES.counters.key,
  },
  audit_waiting: {
    select: 'select kept_at, part, id, event from audit_waiting',
    key: [
      { name: 'kept_at', type: 'bigint' },
      { name: 'part', type: 'bigint' },
      { name: 'id', type: 'text' },
    ],
  },
}

/** No write that will ever be asked again has this tag. */
const TAGGED: ReadonlySet<TableName> = new Set(['step_ups', 'client_assertions'])

/** Of a batch as one JSON value. */
const INSERTS: Readonly<Record<TableName, string>> = {
  ...forEach((name) => {
    const columns = TABLES[name].columns.join(', ')
    const [tag, none] = TAGGED.has(name) ? [', tag', ", ''"] : ['', '']
    return `insert into ${name} (${columns}${tag})
      select ${columns}${none} from json_populate_recordset(null::${name}, @rows::json)`
  }),
  counters: `
    insert into counters (account, factor, class, total, lanes)
    select account, factor, class, sum((tally ->> 0)::integer), jsonb_object_agg(lane, tally)
    from json_to_recordset(@rows::json) as r (account text, factor text, lanes text)
    cross join lateral (
      select key as lane, value as tally,
        case key when 'unsigned' then 'unsigned' else 'signed' end as class
      from jsonb_each(r.lanes::jsonb)) as tallies
    group by account, factor, class`,
  // Numbered from one, so that they come before whatever is kept from now on.
  audit_waiting: `
    insert into audit_waiting (id, kept_at, part, event)
    select r ->> 'id', @before::bigint + n, 0, r ->> 'event'
    from json_array_elements(@rows::json) with ordinality as waiting (r, n)`,
}

/** Marks of keys, alone, are of nothing that is kept. */
const FILLED = TABLE_NAMES.filter((name) => name !== 'key_checks')
  .map((name) => `exists (select from ${name})`)
  .join(' or ')

const isFilled = statement<{ filled: boolean }>('copy_is_filled', `select ${FILLED} as filled`)
const forgetKeys = statement('copy_forget_keys', 'delete from key_checks')
const forgetCopy = statement('copy_forget', 'delete from store_copies')
const begin = statement<{ begun: number }>(
  'copy_begin',
  `insert into store_copies (name, source, progress) values ('copy', @source, @progress)
  on conflict do nothing returning 1 as begun`,
)
const move = statement<{ moved: number }>(
  'copy_move',
  'update store_copies set progress = @to where progress = @from returning 1 as moved',
)
const finish = statement<{ finished: number }>(
  'copy_finish',
  `update store_copies set finished_at = @at::bigint where progress = @from
  returning 1 as finished`,
)
const inserts = forEach((name) => statement(`copy_insert_${name}`, INSERTS[name]))

/** @param link stays open until this is closed. */
export function openPostgresSource(link: Link): Source {
  return {
    ...createReads(engineOf(link)),
    [Symbol.asyncDispose]: async () => link[Symbol.asyncDispose](),
  }
}

export function openPostgresTarget(link: Link): Target {
  return {
    ...openPostgresSource(link),

    begin: ({ source, progress }) =>
      link.transact(async (tx) => {
        const [found] = await tx.run(isFilled, {})
        if (found?.filled !== false) return 'not-empty'
        await tx.run(forgetKeys, {})
        await tx.run(forgetCopy, {})
        const begun = await tx.run(begin, { source, progress })
        return begun.length === 0 ? 'stale' : 'begun'
      }),

    append: ({ table, rows, before }, from, to) =>
      link.transact(async (tx) => {
        // Whoever else copies here waits for this row, and finds it moved.
        if ((await tx.run(move, { from, to })).length === 0) return 'stale'
        await tx.run(inserts[table], { rows: JSON.stringify(rows), before })
        return 'appended'
      }),

    finish: (from, at) =>
      link.transact(async (tx) =>
        (await tx.run(finish, { from, at })).length === 0 ? 'stale' : 'finished',
      ),
  }
}

const engineOf = (link: Link): Engine => ({
  ...{ name: 'postgres', known: POSTGRES_SCHEMA },
  ask: (name, sql, values) => link.read(statement<Row>(`copy_${name}`, sql), values),
  forms: FORMS,
  hasSchema: "select 1 as there where to_regclass('schema_versions') is not null",
  latest: `select
    coalesce((select mac from audit_links order by sequence desc limit 1), '') || ' ' ||
    coalesce((select id from audit_waiting order by kept_at desc, part desc, id desc limit 1), '')
    as latest`,
})
