import { isDeepStrictEqual } from 'node:util'
import type { AuditEvent } from '../audit/index.ts'
import type { LocalPerson, OwnContacts } from '../directories/index.ts'
import { newId, type Random } from '../kernel/index.ts'
import type { AuthorizationRequest, Once, SigningKey } from '../oidc/index.ts'
import type { Change, Earned, Enrolment, LaneClass, LockRule, StepUp } from '../stepup/index.ts'
import { grantRow } from './rows-trust.ts'
import type { EnrolmentRow, PersonRow, RequestRow, SigningKeyRow, StepUpRow } from './schema.ts'
import type { Sealing } from './sealing.ts'

/** Values as rows: the same on every engine. */
export type ToRows = ReturnType<typeof createToRows>

/** So many rows at most in one transaction of upkeep, whatever is asked: nobody else waits for longer. */
const ROWS_MAX = 1_000

export function createToRows({ sealing, random }: { sealing: Sealing; random: Random }) {
  return {
    spare: () => ({ id: newId('event', random) }),

    /** One for each row that upkeep may take. */
    spares: (rowsMax: number) =>
      Array.from({ length: Math.min(rowsMax, ROWS_MAX) }, () => ({ id: newId('event', random) })),

    told: (events: readonly AuditEvent[]) =>
      events.map((event) => ({ id: newId('event', random), event: JSON.stringify(event) })),

    /** At the first place; where there may be others, whoever writes it knows the one that is free. */
    enrolment(enrolment: Enrolment) {
      const { id, account, factor, provenance, secret, usedTimeStep, name } = enrolment
      const bytes = secret.reveal()
      const row: EnrolmentRow = {
        ...{ id, account, factor, provenance },
        secret: sealing.seal(placeOfSecret(id), bytes),
        secret_bits: bytes.length * 8,
        algorithm: enrolment.algorithm,
        digits: enrolment.digits,
        period_seconds: enrolment.periodSeconds,
        at: enrolment.at,
        ...{ name, place: 1 },
      }
      return { row, consumed: { source: id, part: usedTimeStep, expires_at: null } }
    },

    signingKey(key: SigningKey): SigningKeyRow {
      const { kid, alg, state } = key
      return {
        ...{ kid, alg, state },
        private_key: sealing.seal(placeOfKey(kid), Buffer.from(key.privateKey.reveal())),
        public_jwk: key.publicJwk,
        made_at: key.madeAt,
        activated_at: key.activatedAt,
        retired_at: key.retiredAt,
      }
    },
  }
}

export const placeOfSecret = (row: string) => ({ table: 'enrolments', column: 'secret', row })
export const placeOfKey = (row: string) => ({ table: 'signing_keys', column: 'private_key', row })

/** What nobody signed is a class of its own; all other lanes are the other. */
export const classOf = (lane: string): LaneClass => (lane === 'unsigned' ? 'unsigned' : 'signed')

/** How many answers a lane keeps to itself whatever its class has counted: only that of a known browser has any. */
export const ownAnswers = (lane: string, { own }: LockRule): number =>
  lane.startsWith('browser:') ? own : 0

/** What an accepted factor earned, as statements are given it. */
export const earnedRow = (account: string | null, earned: Earned | null) =>
  earned && {
    ...{ browser: earned.browser, at: earned.at },
    ...{ since: earned.since, browsers_max: earned.browsersMax },
    ...{ factor: earned.chosen.factor, destination: earned.chosen.to },
    grant:
      earned.grant === null || account === null
        ? null
        : { ...grantRow(account, earned.grant), grants_max: earned.grant.grantsMax },
  }

export function stepUpRow(stepUp: StepUp, version: number): StepUpRow {
  const { id, account, browser, state, expiresAt } = stepUp
  const value = JSON.stringify(stepUp)
  return { id, version, account, browser, state, expires_at: expiresAt, value }
}

/** What a notice says of the sign-in that it came from. */
export const aboutOf = ({ username, locale, ip, userAgent }: StepUp): string =>
  JSON.stringify({ username, locale, ip, userAgent })

/** Where a code of an operator let somebody in: the notice of it, named after the event that tells of it. */
export function codeUsed({ next, events }: Change, tellingIds: readonly string[]) {
  const found = events.findIndex(({ event }) => event === 'operator-code.used')
  const [event, id] = [events[found], tellingIds[found]]
  if (event?.event !== 'operator-code.used' || id === undefined) return null
  // What a setup code lets somebody do is told of by itself.
  return event.kind === 'bind-code' ? null : { id, at: event.at, about: aboutOf(next) }
}

/** How a person was reached before a change, for the notice of it; columns of JSON. */
export const formerOf = (before: { readonly emails: string; readonly phones: string }): string =>
  JSON.stringify([JSON.parse(before.emails), JSON.parse(before.phones)].flat())

/** No code lives longer: whoever types the last one that was sent has done so by then. */
export const UNUSED_MS = 600_000

export const changedRow = ({ version, next }: Change): StepUpRow => stepUpRow(next, version + 1)

export function requestRow(request: AuthorizationRequest): RequestRow {
  return {
    uri_hash: request.uriHash,
    step_up: request.stepUp,
    client: request.client,
    nonce: request.nonce,
    redirect_uri: request.redirectUri,
    code_challenge: request.codeChallenge,
    open_by: request.openBy,
    expires_at: request.expiresAt,
    value: JSON.stringify(request),
  }
}

export function onceRow(once: Once | null) {
  return once && { client: once.client, jti: once.jti, expires_at: once.expiresAt }
}

export const contactsRow = ({ emails, phones }: OwnContacts) => ({
  ...{ emails: JSON.stringify(emails), phones: JSON.stringify(phones) },
})

export function personRow(person: LocalPerson): PersonRow {
  const { account, directory, username, nameKey, displayName, locale, state } = person
  return {
    ...{ account, directory, username, locale, state },
    name_key: nameKey,
    display_name: displayName,
    emails: JSON.stringify(person.emails),
    phones: JSON.stringify(person.phones),
    created_at: person.createdAt,
  }
}

/** Of the columns that whoever changes them goes by: does the row still hold what they saw? */
export function isAsSeen<R extends object>(
  row: R,
  seen: { readonly [K in keyof R]: R[K] },
): boolean {
  return (Object.keys(row) as (keyof R)[]).every((name) => row[name] === seen[name])
}

/** Whatever the order in which their members were written. */
export const isSameJson = (one: string | null, other: string | null): boolean =>
  isDeepStrictEqual(one && JSON.parse(one), other && JSON.parse(other))
