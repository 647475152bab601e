import { z } from 'zod'
import type { Reader } from '../reader.ts'
import { bind } from './directory-bind.ts'
import { checkLdap } from './directory-checks.ts'
import { ATTRIBUTE, isDn, isFilter, type ServerUrl, serverOf } from './ldap-syntax.ts'
import { anyText, checkTimes, distinct, isRecord, refuse, seconds, text } from './parts.ts'
import { checkTls, tlsKeys } from './tls.ts'

export const directoryName = text(
  'lower case letters, digits and `-`, at most 40',
  /^[a-z][a-z0-9-]{0,39}$/,
)

const SUFFIX = 'a domain such as corp.example.com, or the short one of DOMAIN\\user'

/** In one spelling, as it is compared. */
const suffixes = (meaning: string) =>
  z
    .array(
      text(SUFFIX, /^[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,252}[\p{L}\p{N}])?$/u).transform((suffix) =>
        suffix.normalize('NFC').toLowerCase(),
      ),
    )
    .max(100)
    .refine(distinct, { error: 'names a suffix twice', params: { wanted: 'each suffix once' } })
    .meta({ wanted: `a list, each ${SUFFIX}` })
    .describe(meaning)

const ofEvery = {
  name: directoryName.describe('How clients, commands and metrics call it.'),
  suffixes: suffixes(
    'Whose people are asked for here and, of those that a client may ask, nowhere else: `name@suffix` and `suffix\\name`. Several directories may have the same one. Names without a suffix that somebody has are asked everywhere.',
  ).default([]),
  defaultCountry: text('a country in two capital letters', /^[A-Z]{2}$/)
    .optional()
    .describe('Whose phone numbers are meant where no `+` is written.'),
}

const local = z.strictObject({
  ...ofEvery,
  type: z.literal('local').describe('People kept in our own store, see `sallyport user`.'),
})

const SERVER =
  'ldaps://host or ldap://host, with a port where it is another: ldaps://[2001:db8::5]:1636'

const server = z
  .string()
  .max(300)
  .transform((written, context): ServerUrl => {
    const found = serverOf(written)
    if (found !== undefined) return found
    refuse(context, { says: 'is no LDAP server', wanted: SERVER })
    return z.NEVER
  })
  .meta({ wanted: SERVER })

const attribute = text('the name of an attribute', ATTRIBUTE, 100)
const attributes = (meaning: string) => z.array(attribute).max(20).optional().describe(meaning)

const SHORTER = [
  ['connectSeconds', 'deadlineSeconds'],
  ['operationSeconds', 'deadlineSeconds'],
] as const

const ofLdap = (reader: Reader) => ({
  ...ofEvery,
  servers: z
    .array(server)
    .min(1)
    .max(10)
    .describe(
      'Asked in this order: the next only while those before it do not answer. `ldaps://` is TLS from the first byte; `ldap://` begins in clear and is secured by StartTLS before anything is said, except on loopback.',
    ),
  startTls: z
    .boolean()
    .optional()
    .describe('StartTLS on loopback as well, with `ldap://`. Elsewhere it is always on.'),
  tls: z
    .strictObject({
      mode: z
        .enum(['verify-full', 'dangerously_off'])
        .optional()
        .describe(
          '`verify-full`: with a certificate that a known CA signed for this very host; it is what you get off loopback. `dangerously_off`: in clear with `ldap://`, so that whoever is on the way reads the password and says who people are.',
        ),
      ...tlsKeys(reader, 'servers'),
    })
    .superRefine(checkTls, { when: ({ value }) => isRecord(value) })
    .optional()
    .describe('How connections are secured.'),
  bind: bind(reader).describe('Whom Sallyport signs in as.'),
  baseDn: text('a DN such as DC=corp,DC=example,DC=com', /\S/, 1000)
    .refine(isDn)
    .meta({ wanted: 'a DN such as DC=corp,DC=example,DC=com' })
    .describe('Below which people are.'),
  scope: z
    .enum(['base', 'one', 'sub'])
    .default('sub')
    .describe('How far below: `one` level, or the whole `sub`tree.'),
  filter: text('an LDAP filter (RFC 4515)', /\S/, 4000)
    .refine(isFilter)
    .meta({ wanted: 'an LDAP filter (RFC 4515), such as (objectClass=person)' })
    .optional()
    .describe('Whoever it does not hold for is nobody here.'),
  match: z
    .array(attribute)
    .min(1)
    .max(10)
    .optional()
    .describe(
      'What a name is looked for in. With `ldap` it is `[uid]`, with `activeDirectory` `[userPrincipalName, sAMAccountName]`. Name `mail` only where people cannot edit it themselves.',
    ),
  attributes: z
    .strictObject({
      id: attribute
        .optional()
        .describe(
          'An id that never changes, also when the person is renamed or moved: what a second factor hangs on. Else `entryUUID`, or `objectGUID`.',
        ),
      username: attribute.optional().describe('Else `uid`, or `sAMAccountName`.'),
      displayName: attribute.optional().describe('Else `cn`, or `displayName`.'),
      phones: attributes(
        'In the order in which they are offered. Else `[mobile]`. A number that several people answer is no second factor.',
      ),
      emails: attributes('In the order in which they are offered. Else `[mail]`.'),
      locale: attribute.optional().describe('A language. Else `preferredLanguage`.'),
      groups: attribute.optional().describe('Of `groups: memberOf`. Else `memberOf`.'),
      enabled: z
        .strictObject({
          name: attribute.describe('An attribute of the person.'),
          values: z
            .array(anyText('a value', 200))
            .min(1)
            .max(20)
            .describe('Who has it with none of these values is disabled.'),
        })
        .optional()
        .describe(
          'Who is disabled, besides what the directory itself says of expired, locked and disabled accounts.',
        ),
    })
    .prefault({})
    .describe('What attributes are called here, where that is not as usual.'),
  groups: z
    .enum(['none', 'memberOf', 'nested'])
    .default('memberOf')
    .describe(
      'Which groups of a person count: those that the entry names, those in which they are as well, or none.',
    ),
  pageSize: z.int().min(10).max(1000).default(500).describe('Entries of one page of a search.'),
  connectSeconds: seconds(
    30,
    2,
    'How long a server may take to take a connection, secure it and let us sign in.',
  ),
  operationSeconds: seconds(30, 3, 'How long a server may take for one question.'),
  deadlineSeconds: seconds(
    60,
    5,
    'How long looking somebody up may take, with every server that is tried. Then it is 503.',
  ),
  pool: z
    .strictObject({
      connectionsMax: z
        .int()
        .min(1)
        .max(100)
        .default(8)
        .describe('Connections of one process to each server, at most.'),
      waitingMax: z
        .int()
        .min(1)
        .max(10_000)
        .default(200)
        .describe('How many may wait for one. Whoever comes then hears 503 at once.'),
    })
    .prefault({})
    .describe('How many connections.'),
  cache: z
    .strictObject({
      seconds: z
        .int()
        .min(0)
        .max(3600)
        .default(60)
        .describe(
          'How long what the directory said of a person counts. Whoever is disabled is let in for so long. 0: ask each time.',
        ),
      outageSeconds: z
        .int()
        .min(0)
        .max(86_400)
        .default(0)
        .describe(
          'How long it counts while no server answers. Of whom nothing is known, nobody is let in. 0: not longer than `seconds`.',
        ),
    })
    .prefault({})
    .describe('How old an answer may be.'),
})

const ldap = (reader: Reader) =>
  z
    .strictObject({
      ...ofLdap(reader),
      type: z.literal('ldap').describe('OpenLDAP, 389 Directory Server, FreeIPA and the like.'),
    })
    .superRefine(checkLdap, { when: ({ value }) => isRecord(value) })
    .superRefine(checkTimes(SHORTER), { when: ({ value }) => isRecord(value) })

const activeDirectory = (reader: Reader) =>
  z
    .strictObject({
      ...ofLdap(reader),
      type: z
        .literal('activeDirectory')
        .describe('Active Directory, Entra Domain Services, or Samba as a domain controller.'),
      domain: text('the short name of a domain', /^[^\s\\/:*?"<>|@.][^\s\\/:*?"<>|@]{0,14}$/)
        .optional()
        .describe(
          'Of `DOMAIN\\name`. Without it: the first part of the domain that `baseDn` names, in capital letters.',
        ),
      upnSuffixes: suffixes(
        'What may follow the `@` of a name, besides what entries hold themselves. Without it: the domain that `baseDn` names.',
      ).optional(),
      globalCatalog: z
        .boolean()
        .default(false)
        .describe(
          'The servers are asked as Global Catalogs, on 3269 (`ldaps://`) or 3268: people of all domains of a forest, with a part of their attributes.',
        ),
    })
    .superRefine(checkLdap, { when: ({ value }) => isRecord(value) })
    .superRefine(checkTimes(SHORTER), { when: ({ value }) => isRecord(value) })

export const directories = (reader: Reader) =>
  z
    .array(
      z.discriminatedUnion('type', [local, ldap(reader), activeDirectory(reader)], {
        error: 'is not a type of this release',
      }),
    )
    .min(1)
    .max(50)
    .prefault([{ name: 'local', type: 'local' }])
    .meta({
      description:
        'Where people are found. Active Directory and LDAP have a page of their own: [directories.md](directories.md).',
      example: [
        { name: 'local', type: 'local', defaultCountry: 'CN' },
        {
          ...{ name: 'corp', type: 'activeDirectory' },
          servers: ['ldaps://dc1.corp.example.com', 'ldaps://dc2.corp.example.com'],
          bind: { dn: 'svc-sallyport@corp.example.com', passwordFile: '/run/secrets/ad' },
          baseDn: 'DC=corp,DC=example,DC=com',
          defaultCountry: 'DE',
        },
      ],
    })

export type WrittenDirectory = z.output<ReturnType<typeof directories>>[number]
