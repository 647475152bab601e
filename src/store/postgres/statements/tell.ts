import { statement } from '../statements.ts'

/** Keeps events in the transaction of what they are about. */
export const tell = statement(
  'audit_tell',
  `insert into audit_waiting (id, part, event)
  select told.id, told.part, told.event
  from unnest(@told_ids::text[], @told_events::text[]) with ordinality as told (id, event, part)`,
)
