import { held, swapped, told } from '../parts.ts'
import { statement } from '../statements.ts'

/** The OTP apps that a person keeps. */
export const apps = statement<{ apps: string }>(
  'apps',
  `select coalesce(json_agg(json_build_object('enrolment', id, 'name', name, 'place', place,
      'provenance', provenance, 'at', at, 'periodSeconds', period_seconds, 'usedTimeStep',
      (select part from consumed where source = enrolments.id)) order by place), '[]')::text as apps
  from enrolments where account = @account and factor = 'totp'`,
)

export const rename = statement<{ held: number; swapped: number }>(
  'app_rename',
  `with ${held()},
  named as (
    update enrolments set name = @name from held
    where enrolments.id = @enrolment and enrolments.account = @account
    returning 1),
  ${swapped('named')},
  telling as (${told('swapped')})
  select (select count(*) from held)::integer as held,
    (select count(*) from swapped)::integer as swapped`,
)

/** Until this commits: of two who take one away each, the second sees what the first left. */
export const hold = statement<{ id: string }>(
  'apps_hold',
  `select id from enrolments where account = @account and factor = 'totp' order by id for update`,
)
