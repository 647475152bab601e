import { KNOWN_BROWSERS_MAX } from '../kernel/index.ts'
import { firstProofsOf, ladderChecks } from './ladder-checks.ts'
import type { Wrong } from './reader.ts'
import { repeated } from './repeated.ts'
import { ruleChecks } from './rule-checks.ts'
import { FAILURES_IN_A_ROW_MAX } from './schema/locks.ts'
import type { Written } from './schema/schema.ts'
import type { Path } from './yaml-text.ts'

export type Finding = Wrong & { readonly path: Path }

/** Those sections that are right by themselves; entries of lists that are not stay as gaps, so that places keep their number. */
export type Sound = {
  readonly [Section in keyof Written]?: Written[Section] extends readonly (infer Entry)[]
    ? readonly (Entry | undefined)[]
    : Written[Section]
}

/** What no section can know about itself. A section with problems of its own is not judged again. */
export function crossCheck(sound: Sound): readonly Finding[] {
  return [
    ...repeated(
      sound.clients?.map((client) => client?.id),
      (i) => ['clients', i, 'id'],
    ),
    ...repeated(
      sound.directories?.map((one) => one?.name),
      (i) => ['directories', i, 'name'],
    ),
    ...repeated(
      sound.acr?.map((rung) => rung?.value),
      (i) => ['acr', i, 'value'],
    ),
    ...repeated(
      sound.encryption?.keys.map(({ id }) => id),
      (i) => ['encryption', 'keys', i, 'id'],
    ),
    ...(sound.clients ?? []).flatMap((client, index) =>
      repeated(client?.redirectUris, (i) => ['clients', index, 'redirectUris', i]),
    ),
    ...repeated(
      sound.rules?.map((rule) => rule?.name),
      (i) => ['rules', i, 'name'],
    ),
    ...repeated(
      sound.channels?.sms.map(({ name }) => name),
      (i) => ['channels', 'sms', i, 'name'],
    ),
    ...unknownDirectories(sound),
    ...ruleChecks(sound),
    ...missingChannels(sound),
    ...ladderChecks(sound, firstProofsOf(sound.channels)),
    ...samePort(sound),
    ...tooManyFailures(sound),
  ]
}

function unknownDirectories({ clients, directories }: Sound): Finding[] {
  if (clients === undefined || directories === undefined || directories.includes(undefined))
    return []
  const names = directories.flatMap((one) => one?.name ?? [])
  return clients.flatMap((client, index) =>
    (client?.subject.directories ?? []).flatMap((rank, place) => {
      const path = ['clients', index, 'subject', 'directories', place]
      return [rank]
        .flat()
        .filter((name) => !names.includes(name))
        .map((name) => ({
          path,
          says: `names the directory ${name}, which is not configured`,
          wanted: `one of: ${names.join(', ')}`,
        }))
    }),
  )
}

function missingChannels({ factors, firstEnrolment, channels }: Sound): Finding[] {
  if (factors === undefined || channels === undefined) return []
  const has = { email: channels.email !== undefined, sms: channels.sms.length > 0 }
  const missing = SENT.filter((kind) => factors.includes(kind) && !has[kind])
  const findings = missing.map((kind) => ({
    path: ['channels', kind],
    says: `is missing, and the factor ${kind} is enabled`,
    wanted: `channels.${kind}, or factors without ${kind}`,
  }))
  if (findings.length > 0 || has.email || has.sms) return findings
  if (firstEnrolment !== 'contact' || !factors.includes('totp')) return []
  return [
    {
      path: ['channels', 'email'],
      says: 'is missing, and firstEnrolment: contact sends a code by email or by text message',
      wanted: 'channels.email, channels.sms, or firstEnrolment: bindCode or open',
    },
  ]
}

const SENT = ['email', 'sms'] as const

function samePort({ listen, management }: Sound): Finding[] {
  if (listen === undefined || listen.port === 0 || listen.port !== management?.port) return []
  return [
    {
      path: ['management', 'port'],
      says: 'is also the port of listen',
      wanted: 'a port of its own, never on the internet',
    },
  ]
}

/** Who has the cookies of all known browsers has their answers too, and what nobody signed is counted apart. */
function tooManyFailures({ locks, clients }: Sound): Finding[] {
  if (locks === undefined) return []
  const isUnsigned = (clients ?? []).some(
    (client) => client?.subject.from === 'dangerously_unsigned_login_hint',
  )
  const ofBrowsers = KNOWN_BROWSERS_MAX * locks.own
  const most = Math.floor((FAILURES_IN_A_ROW_MAX - ofBrowsers) / (isUnsigned ? 2 : 1))
  if (locks.cap <= most) return []
  const apart = isUnsigned ? ', twice since a client takes unsigned requests,' : ''
  return [
    {
      path: ['locks', 'cap'],
      says: `is too large: it counts${apart} beside ${KNOWN_BROWSERS_MAX} known browsers with own each`,
      wanted: `at most ${most}, or a smaller own: NIST SP 800-63B-4 allows ${FAILURES_IN_A_ROW_MAX} in a row`,
    },
  ]
}
