import { isIP } from 'node:net'
import { z } from 'zod'
import { Fault, fail, ok, type Result, type Secret } from '../../kernel/index.ts'
import type { Reader, Wrong } from '../reader.ts'
import {
  anyText,
  checkTimes,
  envName,
  exactlyOne,
  isLoopback,
  isRecord,
  path,
  pathText,
  pointer,
  refuse,
  seconds,
} from './parts.ts'
import { checkTls, tlsKeys } from './tls.ts'

const PORT = 5432
const HOST = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/
const SOCKET = /^(\/[^:]*)(?::(\d{1,5}))?$/
const HOST_WANTED =
  'a host, with a port where it is not 5432: db1.example.com:5433, [2001:db8::5]:5432; or the folder of a socket: /var/run/postgresql'

type Host = { readonly host: string; readonly port: number }

function hostOf(written: string): Host | undefined {
  const [, six, name, ofHost] = HOST.exec(written) ?? []
  const [, folder, ofSocket] = SOCKET.exec(written) ?? []
  const host = six ?? name ?? folder
  const port = Number(ofHost ?? ofSocket ?? PORT)
  if (host === undefined || port < 1 || port > 65_535) return undefined
  return six === undefined || isIP(six) === 6 ? { host, port } : undefined
}

const host = z
  .string()
  .max(300)
  .transform((written, context): Host => {
    const found = hostOf(written)
    if (found !== undefined) return found
    refuse(context, { says: 'is no host', wanted: HOST_WANTED })
    return z.NEVER
  })
  .meta({ wanted: HOST_WANTED })

/** Nobody in between: this machine's own address, or a socket in a folder. */
export const isNear = ({ host: name }: Host): boolean => isLoopback(name) || name.startsWith('/')

/** Read now, so that what is wrong is said at once, and anew whenever it is asked for: passwords are changed while this runs. */
function asked(key: string, read: (to: string) => Result<Secret, Wrong>) {
  return (to: string): Result<() => string, Wrong> => {
    const first = read(to)
    if (!first.ok) return fail(first.error)
    return ok(() => {
      const again = read(to)
      if (again.ok) return again.value.reveal()
      throw new Fault('store.unavailable', `${key} ${again.error.says}`)
    })
  }
}

const migrate = (byDefault: 'auto' | 'manual', meaning: string) =>
  z.enum(['auto', 'manual']).default(byDefault).describe(meaning)

const tls = (reader: Reader) =>
  z
    .strictObject({
      mode: z
        .enum(['verify-full', 'dangerously_off'])
        .optional()
        .describe(
          '`verify-full`: TLS, with a certificate that a known CA signed for this very host; it is what you get unless every host is loopback or a socket and nothing else is written here. `dangerously_off`: in clear, so that whoever is on the way reads and changes everything.',
        ),
      ...tlsKeys(reader, 'hosts'),
    })
    .superRefine(checkTls, { when: ({ value }) => isRecord(value) })

const postgres = (reader: Reader) =>
  z
    .strictObject({
      engine: z.literal('postgres').describe('PostgreSQL, for any number of replicas.'),
      hosts: z
        .array(host)
        .min(1)
        .max(10)
        .describe(
          'Tried in this order until one takes writes: after a fail-over that is another one. A pooler is a host as well.',
        ),
      database: anyText('the name of a database', 63).describe('Its name.'),
      user: anyText('the name of a role', 63).describe(
        'The role that serves. It needs no right to change the schema: see [postgresql.md](postgresql.md).',
      ),
      passwordFile: pointer(
        pathText,
        'the path of a file that holds the password',
        asked('store.passwordFile', reader.fileSecret),
      )
        .optional()
        .describe('File with its password. It is read again for every connection.'),
      passwordEnv: pointer(
        envName,
        'the name of an environment variable',
        asked('store.passwordEnv', reader.envSecret),
      )
        .optional()
        .describe('Environment variable with it, instead of `passwordFile`.'),
      tls: tls(reader)
        .optional()
        .describe('How the connection is secured. Off loopback it always is, also without this.'),
      pool: z
        .strictObject({
          connectionsMax: z
            .int()
            .min(1)
            .max(200)
            .default(10)
            .describe('Connections of one process at most, with one more for its health.'),
          waitingMax: z
            .int()
            .min(1)
            .max(10_000)
            .default(200)
            .describe(
              'Operations that may wait for one, each for `deadlineSeconds` less `statementSeconds` at most. Whoever comes then hears 503 at once.',
            ),
        })
        .prefault({})
        .describe('How many connections.'),
      connectSeconds: seconds(
        30,
        3,
        'How long a host may take to answer; of several, each no longer than its share of `deadlineSeconds`.',
      ),
      statementSeconds: seconds(60, 3, 'How long one statement may take.'),
      lockSeconds: seconds(60, 2, 'How long a statement may wait for a lock.'),
      deadlineSeconds: seconds(
        60,
        5,
        'How long an operation may take, with its wait for a connection and every retry. Then it is 503.',
      ),
      prepared: z
        .boolean()
        .default(true)
        .describe(
          'Keeps statements prepared on each connection. `false` behind a pooler that loses them, as PgBouncer before 1.21 in transaction mode.',
        ),
      migrate: migrate(
        'manual',
        '`manual`: a schema that is older than this release needs is refused; run `sallyport migrate`. `auto`: the start brings it up to date, and `user` must own the tables.',
      ),
    })
    .check(exactlyOne(['passwordFile', 'passwordEnv'], false))
    .superRefine(checkTimes(SHORTER), { when: ({ value }) => isRecord(value) })

/** Whatever ends a wait has to come before what would end it anyway, or nobody learns what was waited for. */
const SHORTER = [
  ['lockSeconds', 'statementSeconds'],
  ['statementSeconds', 'deadlineSeconds'],
  ['connectSeconds', 'deadlineSeconds'],
] as const

const sqlite = (reader: Reader) =>
  z.strictObject({
    engine: z.literal('sqlite').describe('An embedded database, for one process.'),
    file: path(reader).describe('The database file. Its folder must exist and be writable.'),
    migrate: migrate(
      'auto',
      '`auto`: the start brings the schema up to date. `manual`: one that is older than this release needs is refused; run `sallyport migrate`.',
    ),
  })

export const store = (reader: Reader) =>
  z
    .discriminatedUnion('engine', [sqlite(reader), postgres(reader)], {
      error: 'is not an engine of this release',
    })
    .meta({
      description:
        'Where everything is kept. PostgreSQL has a page of its own: [postgresql.md](postgresql.md).',
      example: { engine: 'sqlite', file: '/var/lib/sallyport/sallyport.db' },
    })
