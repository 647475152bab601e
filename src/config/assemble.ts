import { invariant } from '../kernel/index.ts'
import { assembleDirectory } from './assemble-directory.ts'
import type {
  ClientAuthConfig,
  ClientConfig,
  Config,
  EmailConfig,
  PostgresConfig,
  RuleConfig,
  SmsGatewayConfig,
  StoreConfig,
} from './config.ts'
import { enrolledByOf } from './schema/assurance.ts'
import { isLoopback } from './schema/parts.ts'
import type { Written } from './schema/schema.ts'
import { isNear } from './schema/store.ts'

/** From the shape that is pleasant to write to the one that is pleasant to use. Nothing can be wrong any more. */
export function assemble(written: Written): Config {
  const { listen, directories, support, theme } = written
  const everyDirectory = directories.map(({ name }) => name)

  return {
    ...written,
    listen: {
      ...listen,
      tls: listen.tls ? { cert: listen.tls.certFile, key: listen.tls.keyFile } : null,
    },
    store: assembleStore(written.store),
    encryption: {
      keys: written.encryption.keys.map(({ id, file, env }) => ({ id, secret: either(file, env) })),
    },
    clients: written.clients.map((client) => assembleClient(client, everyDirectory)),
    directories: directories.map(assembleDirectory),
    channels: {
      email: written.channels.email ? assembleEmail(written.channels.email) : null,
      sms: written.channels.sms.map(assembleGateway),
      smsRegions: written.channels.smsRegions,
      smsTypes: written.channels.smsTypes,
    },
    acr: assembleLadder(written.acr),
    rules: written.rules.map(assembleRule),
    support: {
      phone: support.phone ?? null,
      email: support.email ?? null,
      url: support.url ?? null,
    },
    privacyUrl: written.privacyUrl ?? null,
    theme: {
      folder: theme.folder ?? null,
      logo: theme.logo ?? null,
      brand: theme.brand ?? null,
      brandDark: theme.brandDark ?? null,
    },
  }
}

export const assembleLadder = (acr: Written['acr']): Config['acr'] =>
  acr.map((rung, index) => ({ ...rung, enrolledBy: enrolledByOf(rung, index) }))

export function assembleRule(rule: Written['rules'][number]): RuleConfig {
  const { name, then, clients, directories, groups, networks, time } = rule
  const { factors, acr, trustHours } = rule
  return {
    ...{ name, then, clients: clients ?? null, directories: directories ?? null },
    ...{ groups: groups ?? null, networks: networks ?? null, time: time ?? null },
    ...{ factors: factors ?? null, acr: acr ?? null, trustHours: trustHours ?? null },
  }
}

function assembleStore(store: Written['store']): StoreConfig {
  if (store.engine === 'sqlite') return store
  const { passwordFile, passwordEnv, tls, ...rest } = store
  const password = passwordFile ?? passwordEnv ?? null
  return { ...rest, password, tls: assembleTls(tls, rest.hosts.every(isNear)) }
}

type WrittenTls = Extract<Written['store'], { engine: 'postgres' }>['tls']

/** In clear only where it was said so, or where nobody can be in between. */
function assembleTls(tls: WrittenTls, isLocal: boolean): PostgresConfig['tls'] {
  if (tls?.mode === 'dangerously_off' || (tls === undefined && isLocal)) return null
  const { caFile, certFile: cert, keyFile: key, serverName } = tls ?? {}
  return {
    ca: caFile ?? null,
    certificate: cert !== undefined && key !== undefined ? { cert, key } : null,
    serverName: serverName ?? null,
  }
}

function assembleClient(
  { auth, subject, name, ...client }: Written['clients'][number],
  everyDirectory: readonly string[],
): ClientConfig {
  const ranks = subject.directories ?? everyDirectory
  return {
    ...client,
    name: name ?? client.id,
    trustGroup: client.trustGroup ?? client.id,
    auth: assembleAuth(auth),
    subject: {
      from: [subject.from].flat(),
      claim: subject.claim,
      directories: ranks.map((rank) => [rank].flat()),
    },
  }
}

function assembleAuth(auth: Written['clients'][number]['auth']): ClientAuthConfig {
  if (auth.method === 'client_secret_basic')
    return { method: auth.method, secret: either(auth.secretFile, auth.secretEnv) }
  const { method, algorithms, jwksUri } = auth
  if (jwksUri !== undefined) return { method, algorithms, keys: { from: 'uri', uri: jwksUri } }
  return { method, algorithms, keys: { from: 'inline', jwks: either(auth.jwks, auth.jwksFile) } }
}

type WrittenEmail = NonNullable<Written['channels']['email']>

function assembleEmail(email: WrittenEmail): EmailConfig {
  const { host, port, secure, requireTls, from, user, dkim, codeInSubject } = email
  const password = email.passwordFile ?? email.passwordEnv
  return {
    host,
    port,
    secure,
    requireTls: requireTls ?? !isLoopback(host),
    from,
    signIn: user !== undefined && password !== undefined ? { user, password } : null,
    dkim: dkim
      ? {
          domainName: dkim.domainName,
          keySelector: dkim.keySelector,
          privateKey: dkim.privateKeyFile,
        }
      : null,
    codeInSubject,
  }
}

function assembleGateway({
  provider: _,
  headers,
  body,
  success: { status, jsonPath: path, equals },
  messageIdPath,
  ...rest
}: Written['channels']['sms'][number]): SmsGatewayConfig {
  return {
    ...rest,
    headers: headers.map(({ name, value, file, env }) => ({
      name,
      value: value ?? either(file, env),
    })),
    body:
      body.json === undefined
        ? { as: 'form', template: assembleForm(either(body.form, undefined)) }
        : { as: 'json', template: body.json },
    success: {
      status,
      member: path === undefined || equals === undefined ? null : { path, equals },
    },
    messageIdPath: messageIdPath ?? null,
  }
}

const assembleForm = (fields: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]))

function either<T>(one: T | undefined, other: T | undefined): T {
  const given = one ?? other
  invariant(given !== undefined, 'the schema lets exactly one of two keys be written')
  return given
}
