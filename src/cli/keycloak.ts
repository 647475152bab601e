import { Command, Option } from 'commander'
import { formatClient } from '../config/index.ts'
import { fail, ok, type Result, Secret } from '../kernel/index.ts'
import type { Credentials, Judged } from '../keycloak/index.ts'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'
import { examinedBlock, summaryOf } from './finding-words.ts'
import type { World } from './world.ts'

export const keycloak = (desk: Desk): Command =>
  new Command('keycloak')
    .description('a realm of Keycloak that sends people here')
    .addCommand(check(desk))
    .addCommand(client(desk))

type CheckOptions = {
  readonly url: string
  readonly realm: string
  readonly signInRealm?: string
  readonly json?: true
}

const check = (desk: Desk): Command =>
  new Command('check')
    .description('read a realm by the admin API, and say what is wrong with its step-up')
    .requiredOption('--url <url>', 'of Keycloak, as browsers reach it: https://sso.example.com')
    .requiredOption('--realm <name>', 'the realm')
    .option(
      '--sign-in-realm <name>',
      'realm that the credentials belong to (user: master; client: that of --realm)',
    )
    .option('--json', 'as one line of JSON')
    .addHelpText('after', `\n${HELP}`)
    .action(
      desk.action(async ({ url, realm, json, signInRealm }: CheckOptions, command: Command) => {
        const tools = await desk.world.openKeycloak()
        const server = tools.parseServerUrl(url)
        if (!server.ok) return command.error(`error: --url: ${server.error}`)
        if (realm === '') return command.error('error: --realm: wanted: the name of a realm')
        const credentials = credentialsIn(desk.world.env, { realm, signInRealm })
        if (!credentials.ok) return command.error(`error: ${credentials.error}`)
        const place = { url: server.value, realm, credentials: credentials.value }
        return desk.withConfigIfAny(command, async (config) => {
          const examined = await tools.examine(place, config)
          if (!examined.ok) {
            desk.refuse(examined.error)
            return EXIT.unavailable
          }
          const { facts, findings } = examined.value
          const told = { realm, url: server.value, facts, findings }
          desk.say(json ? JSON.stringify(told) : blockOf(`${realm} ${server.value}`, told))
          const wrong = findings.filter(({ weighs }) => weighs === 'wrong').length
          if (!json) desk.say(summaryOf(wrong, findings.length - wrong, MEANWHILE))
          return wrong === 0 ? EXIT.ok : EXIT.problem
        })
      }),
    )

const MEANWHILE = 'people may be refused, or let in without a second factor, until then'

const blockOf = (title: string, { facts, findings }: Judged): string =>
  examinedBlock({
    ...{ title, facts },
    findings: findings.map(({ weighs, says, why, where }) => ({
      ...{ weighs, says },
      more: [`why: ${why}`, `change: ${where}`],
    })),
  })

const TOKEN = 'SALLYPORT_KEYCLOAK_TOKEN'
const USER = 'SALLYPORT_KEYCLOAK_USER'
const PASSWORD = 'SALLYPORT_KEYCLOAK_PASSWORD'
const CLIENT = 'SALLYPORT_KEYCLOAK_CLIENT_ID'
const SECRET = 'SALLYPORT_KEYCLOAK_CLIENT_SECRET'

const HELP = `Who asks is in the environment, in one of three ways:
  ${TOKEN}  an access token of an administrator
  ${USER} and ${PASSWORD}  an administrator, of master unless --sign-in-realm says otherwise
  ${CLIENT} and ${SECRET}  a service account
It needs the roles view-realm and view-clients of the client realm-management (view-users too, to count OTP apps).
With --config the realm is also compared with that configuration.`

/** Never from the command line, which everybody on the machine can read. */
function credentialsIn(
  env: World['env'],
  { realm, signInRealm }: { readonly realm: string; readonly signInRealm: string | undefined },
): Result<Credentials, string> {
  const [token, user, password, id, secret] = [TOKEN, USER, PASSWORD, CLIENT, SECRET].map(
    (name) => env[name] || undefined,
  )
  const ways = [token, user ?? password, id ?? secret].filter((one) => one !== undefined)
  if (ways.length > 1)
    return fail(`the environment says more than one way to sign in: ${TOKEN}, ${USER} or ${CLIENT}`)
  if (token !== undefined)
    return /^[\x21-\x7e]+$/.test(token)
      ? ok({ by: 'token', token: new Secret(token) })
      : fail(`${TOKEN} holds a blank or a line break, which no access token does`)
  if (user !== undefined && password !== undefined)
    return ok({
      ...{ by: 'password', realm: signInRealm ?? 'master' },
      ...{ user, password: new Secret(password) },
    })
  if (id !== undefined && secret !== undefined)
    return ok({ by: 'client', realm: signInRealm ?? realm, id, secret: new Secret(secret) })
  if (ways.length === 0)
    return fail(
      `who asks is not in the environment: ${TOKEN}, or ${USER} and ${PASSWORD}, or ${CLIENT} and ${SECRET}`,
    )
  const missing = user ? PASSWORD : password ? USER : id ? SECRET : CLIENT
  return fail(`${missing} is missing in the environment`)
}

const CLAIMS = ['preferred_username', 'email'] as const

type ClientOptions = {
  readonly realmUrl: string
  readonly id?: string
  readonly name?: string
  readonly claim: (typeof CLAIMS)[number]
  readonly directories?: readonly string[]
}

const client = (desk: Desk): Command =>
  new Command('client')
    .description('print the client that a realm is here, to paste into the configuration')
    .requiredOption('--realm-url <url>', 'its issuer: https://sso.example.com/realms/acme')
    .option('--id <id>', 'else keycloak- and the name of the realm')
    .option('--name <name>', 'what people read as the one who asks; else the name of the realm')
    .addOption(
      new Option('--claim <claim>', 'by what the step names people')
        .choices(CLAIMS)
        .default(CLAIMS[0]),
    )
    .option('--directories <names...>', 'which are asked; else all of --config, or local')
    .action(
      desk.action(async (options: ClientOptions, command: Command) => {
        const tools = await desk.world.openKeycloak()
        const url = tools.parseRealmUrl(options.realmUrl)
        if (!url.ok) return command.error(`error: --realm-url: ${url.error}`)
        return desk.withConfigIfAny(command, (config) => {
          const known = config?.directories.map(({ name }) => name) ?? ['local']
          const directories = options.directories?.flatMap((one) => one.split(',')) ?? known
          const strange = config === null ? [] : directories.filter((one) => !known.includes(one))
          if (strange.length > 0)
            return desk.refuse(
              `the configuration has no directory ${strange.join(', ')}; there are ${known.join(', ')}`,
            )
          const made = tools.registrationOf(url.value, { ...options, directories })
          const { text, problems } = formatClient(made)
          if (problems.length > 0)
            return desk.refuse(
              problems.map(
                ({ key, says, wanted }) => `${optionOf(key)} ${says}; wanted: ${wanted}`,
              ),
            )
          desk.say(`${INTRODUCED}\n${text}\n${settingsOf(made.id, config?.issuer)}`)
          return EXIT.ok
        })
      }),
    )

/** Which of them a key of the client came from. */
function optionOf(key: string): string {
  const [, name = ''] = /^clients\[0\]\.(?:subject\.)?(\w+)/.exec(key) ?? []
  return ['id', 'name', 'claim', 'directories'].includes(name) ? `--${name}` : '--realm-url'
}

const INTRODUCED =
  '# Below `clients:` of the configuration of Sallyport. `sallyport check`, then restart it.'

const settingsOf = (id: string, issuer: string | undefined): string =>
  `# At Keycloak, settings of the step: Issuer ${issuer ?? '= issuer of that configuration'}, Client ID ${id}`
