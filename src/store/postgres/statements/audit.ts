import { untold } from '../parts.ts'
import { statement } from '../statements.ts'

/** Events that belong to no other change. */
export const keepEvents = statement(
  'audit_keep',
  `insert into audit_waiting (id, part, event)
  select told.id, told.part, told.event
  from unnest(@told_ids::text[], @told_events::text[]) with ordinality as told (id, event, part)
  where ${untold('told.id')}
  on conflict do nothing`,
)

export const unsealed = statement<{ id: string; event: string }>(
  'audit_unsealed',
  'select id, event from audit_waiting order by kept_at, part, id limit @count::integer',
)

export const countUnsealed = statement<{ events: number }>(
  'audit_count_unsealed',
  `select count(*)::integer as events from (
    select from audit_waiting order by kept_at, part, id limit @max::integer) as counted`,
)

export const head = statement<{ sequence: number; mac: string }>(
  'audit_head',
  'select sequence, mac from audit_links order by sequence desc limit 1',
)

/** Only who inserts the next links comes through: two who seal at once meet at the first of them. */
export const seal = statement<{ sealed: number }>(
  'audit_seal',
  `with taken as (
    delete from audit_waiting where id = any (@ids::text[]) returning id, event)
  insert into audit_links (sequence, id, event, key_id, mac)
  select link.sequence, link.id, taken.event, link.key_id, link.mac
  from unnest(@sequences::bigint[], @ids::text[], @key_ids::text[], @macs::text[])
    as link (sequence, id, key_id, mac)
  join taken on taken.id = link.id
  returning 1 as sealed`,
)

export const check = statement(
  'audit_check',
  `insert into checkpoints (sequence, mac, at, key_id, signature)
  values (@sequence::bigint, @mac, @at::bigint, @key_id, @signature)
  on conflict (sequence) do update set mac = excluded.mac, at = excluded.at,
    key_id = excluded.key_id, signature = excluded.signature`,
)

export const sealed = statement<{
  id: string
  event: string
  sequence: number
  key_id: string
  mac: string
}>(
  'audit_sealed',
  `select id, event, sequence, key_id, mac from audit_links
  where sequence > @after::bigint order by sequence limit @count::integer`,
)

type CheckpointRow = {
  sequence: number
  mac: string
  at: number
  key_id: string
  signature: string
}

const CHECKPOINT = 'select sequence, mac, at, key_id, signature from checkpoints'

export const lastCheckpoint = statement<CheckpointRow>(
  'checkpoint_last',
  `${CHECKPOINT} order by sequence desc limit 1`,
)

export const checkpointAt = statement<CheckpointRow>(
  'checkpoint_at',
  `${CHECKPOINT} where sequence = @sequence::bigint`,
)

/** Those in reach come first, newest first; failing them, the nearest beyond. */
export const prunable = statement<CheckpointRow>(
  'checkpoint_prunable',
  `${CHECKPOINT}, (select min(sequence) as first from audit_links) links
  where at < @before::bigint and sequence >= first
    and sequence < (select max(sequence) from checkpoints)
  order by greatest(0, sequence - first - @count::bigint), sequence desc limit 1`,
)

export const mark = statement(
  'checkpoint_mark',
  'update checkpoints set signature = @signature where sequence = @sequence::bigint',
)

export const pruneLinks = statement(
  'audit_prune_links',
  'delete from audit_links where sequence <= @sequence::bigint',
)

export const pruneCheckpoints = statement(
  'audit_prune_checkpoints',
  'delete from checkpoints where sequence < @sequence::bigint',
)

/** Its holder claims on; anybody else when its time is over. */
export const claimLease = statement<{ held: number }>(
  'lease_claim',
  `insert into leases as l (name, holder, until) values (@name, @holder, @until::bigint)
  on conflict (name) do update set holder = excluded.holder, until = excluded.until
  where l.holder = excluded.holder or l.until <= @now::bigint
  returning 1 as held`,
)

export const releaseLease = statement(
  'lease_release',
  'delete from leases where name = @name and holder = @holder',
)
