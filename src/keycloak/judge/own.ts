import type { ClientConfig } from '../../config/index.ts'
import { type Finding, listed } from '../finding.ts'
import type { Own } from '../judge.ts'
import type { RealmAsRead } from '../realm.ts'
import type { StepSettings } from '../settings.ts'
import type { Step } from '../steps.ts'
import { callbackOf } from '../urls.ts'
import { settingsOf } from './settings.ts'

/** What the one side says of the other. */
export function judgeOwn(
  realm: RealmAsRead,
  own: Own,
  step: Step,
  settings: StepSettings,
): readonly Finding[] {
  const where = settingsOf(step)
  return [
    ...judgeIssuer(own, settings, where),
    ...judgeAcr(own, settings, where),
    ...judgeDirectories(own, settings, where),
    ...judgeClient(realm, own, settings, where),
  ]
}

function judgeIssuer(own: Own, { issuer }: StepSettings, where: string): readonly Finding[] {
  if (issuer === own.issuer) return []
  return [
    {
      weighs: 'wrong',
      says: `The Issuer of the step is ${issuer || 'empty'}, and that of the configuration is ${own.issuer}.`,
      why: 'Keycloak believes no token of anybody else.',
      where: `${where}, Issuer: ${own.issuer}; or this is the configuration of another Sallyport`,
    },
  ]
}

function judgeAcr(own: Own, { acrByLevel }: StepSettings, where: string): readonly Finding[] {
  const known = own.acr.map(({ value }) => value)
  return [...acrByLevel]
    .filter(([, acr]) => !known.includes(acr))
    .map(([level, acr]) => ({
      weighs: 'wrong',
      says: `The step asks for ${acr} at level ${level}, and acr of the configuration has no ${acr}.`,
      why: 'nothing that people have is worth it, so nobody passes (stepup_unmet).',
      where: `${where}, acr by level: one of ${listed(known)}; or acr[].value of the configuration`,
    }))
}

function judgeDirectories(
  own: Own,
  { directories }: StepSettings,
  where: string,
): readonly Finding[] {
  const known = own.directories.map(({ name }) => name)
  return [...directories]
    .filter(([, directory]) => !known.includes(directory))
    .map(([provider, directory]) => ({
      weighs: 'wrong',
      says: `The step finds people of ${provider} in the directory ${directory}, which the configuration does not have.`,
      why: 'Sallyport refuses the request: none of them can pass.',
      where: `${where}, Directories: one of ${listed(known)}; or directories[].name of the configuration`,
    }))
}

function judgeClient(
  realm: RealmAsRead,
  own: Own,
  settings: StepSettings,
  where: string,
): readonly Finding[] {
  const index = own.clients.findIndex(({ id }) => id === settings.clientId)
  const client = own.clients[index]
  if (client === undefined)
    return [
      {
        weighs: 'wrong',
        says: `The Client ID of the step is ${settings.clientId || 'empty'}, and the configuration has no such client.`,
        why: 'Sallyport refuses each request (stepup_misconfigured).',
        where: `clients of the configuration: what \`sallyport keycloak client --realm-url ${realm.issuer}\` prints; or ${where}, Client ID`,
      },
    ]
  const key = `clients[${index}]`
  return [
    ...judgeRedirect(realm, client, key),
    ...judgeKeys(realm, client, settings, key),
    ...judgeSubject(client, settings, key),
  ]
}

function judgeRedirect(realm: RealmAsRead, client: ClientConfig, key: string): readonly Finding[] {
  const callback = callbackOf(realm.issuer)
  if (client.redirectUris.includes(callback)) return []
  return [
    {
      weighs: 'wrong',
      says: `The redirect URI of the realm is not registered for the client ${client.id}.`,
      why: 'Sallyport refuses each request: addresses are compared exactly (stepup_misconfigured).',
      where: `${key}.redirectUris of the configuration: ${callback}`,
    },
  ]
}

function judgeKeys(
  realm: RealmAsRead,
  { id, auth }: ClientConfig,
  { algorithm }: StepSettings,
  key: string,
): readonly Finding[] {
  const wrong = (says: string, where: string): Finding => ({
    weighs: 'wrong',
    says,
    why: 'Sallyport believes no request of the realm (stepup_misconfigured).',
    where: `${key}.auth of the configuration: ${where}`,
  })
  if (auth.method !== 'private_key_jwt')
    return [
      wrong(
        `The client ${id} proves itself by a secret, and the step signs.`,
        `{ method: private_key_jwt, jwksUri: ${realm.jwksUri} }`,
      ),
    ]
  const algorithms: readonly string[] = auth.algorithms
  const findings: Finding[] = []
  if (auth.keys.from === 'inline')
    findings.push({
      ...wrong(
        `The keys of the client ${id} are written down, and the realm changes its own.`,
        `jwksUri: ${realm.jwksUri}`,
      ),
      weighs: 'mind',
      why: 'once the realm has a new key, every step-up is refused.',
    })
  else if (auth.keys.uri !== realm.jwksUri)
    findings.push(
      wrong(
        `The keys of the client ${id} are read at ${auth.keys.uri}, and those of the realm are not there.`,
        `jwksUri: ${realm.jwksUri}`,
      ),
    )
  if (!algorithms.includes(algorithm))
    findings.push(
      wrong(
        `The step signs by ${algorithm}, which the client ${id} may not.`,
        `algorithms with ${algorithm}`,
      ),
    )
  return findings
}

const CLAIM = {
  username: 'preferred_username',
  email: 'email',
  attribute: 'preferred_username',
  ldapId: null,
} as const

function judgeSubject(
  { id, subject }: ClientConfig,
  { nameFrom, directories }: StepSettings,
  key: string,
): readonly Finding[] {
  const findings: Finding[] = []
  const wrong = (says: string, why: string, where: string) =>
    findings.push({ weighs: 'wrong', says, why, where: `${key}.subject.${where}` })
  if (!subject.from.includes('par'))
    wrong(
      `The client ${id} may not push requests, and the step does nothing else.`,
      'Sallyport refuses each request.',
      'from of the configuration: par',
    )
  const claim = CLAIM[nameFrom]
  if (claim !== null && subject.claim !== claim)
    wrong(
      `The step names people by ${claim}, and Sallyport looks at ${subject.claim} of the client ${id}.`,
      'nobody is found, but those who are found by LDAP_ID.',
      `claim of the configuration: ${claim}`,
    )
  const asked = subject.directories.flat()
  const others = [...directories.values()].filter((one) => !asked.includes(one))
  if (others.length > 0)
    wrong(
      `The step names people of ${listed(others)}, and the client ${id} may not ask there.`,
      'Sallyport refuses the request: none of them can pass.',
      `directories of the configuration: with ${others.join(', ')}`,
    )
  return findings
}
