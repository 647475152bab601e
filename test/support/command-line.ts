import { exportAudit, verifyAudit } from '../../src/audit/index.ts'
import { run, type Tools, type World } from '../../src/cli/index.ts'
import { composeCompany } from '../../src/compose-directories.ts'
import { createExplain } from '../../src/compose-explain.ts'
import { createLook } from '../../src/compose-look.ts'
import { composePolicy } from '../../src/compose-policy.ts'
import { composeTrust } from '../../src/compose-trust.ts'
import { createKeyRing, fail, ok } from '../../src/kernel/index.ts'
import type { TestApp } from './app.ts'
import { hearing } from './hearing.ts'
import { createSeededRandom } from './world.ts'

/** What the operator types, beside an app that runs: exit code, and what was printed by that line alone. */
export type CommandLine = (
  line: readonly string[],
  /** Standard input. */
  stdin?: string,
) => Promise<{ readonly code: number; readonly out: string; readonly err: string }>

const YAML = `
issuer: https://2fa.kestrel.example
store: { engine: sqlite, file: sallyport.db }
encryption: { keys: [{ id: k1, env: FIELD_KEY }] }
clients:
  - id: iam
    auth: { method: client_secret_basic, secretEnv: CLIENT_SECRET }
    redirectUris: [https://sso.kestrel.example/callback]
    subject: { from: par }
channels:
  email: { host: 127.0.0.1, port: 25, from: a@kestrel.example }
  sms:
    - { provider: http, name: first, url: http://127.0.0.1:2, body: { json: { to: '{to}', text: '{text}' } } }
factors: [totp]
firstEnrolment: open
`
const ENV = {
  SALLYPORT_CONFIG: 'sallyport.yaml',
  FIELD_KEY: Buffer.alloc(32, 7).toString('base64'),
  CLIENT_SECRET: 'a-secret-of-at-least-32-characters-9f2c',
}

export function createCommandLine(app: TestApp): CommandLine {
  const { audit } = app.app.store
  const keys = createKeyRing(app.config.encryption.keys)
  const unused = () => Promise.reject(new Error('no test asks for this'))
  const people = new Map([['local', app.people]])
  const { config, clock } = app
  const { store, remote, policies, reach, judgeText } = app.app
  const tools: Tools = {
    people,
    company: composeCompany(config, {
      store,
      remote,
      clock,
      random: createSeededRandom('company'),
      codes: app.codes,
    }),
    directories: createLook({ config, store, people, remote, clock, policies, reach, judgeText }),
    policy: composePolicy({ config, app: app.app, clock }),
    explain: createExplain({ config, app: app.app, clock }),
    trust: composeTrust({ app: app.app, clock }),
    audit: {
      export: (after) => exportAudit(audit, after),
      verify: (from) => verifyAudit(audit, keys, from),
    },
    keys: { list: unused, rotate: unused },
    ...{ reseal: unused, serve: unused },
    [Symbol.asyncDispose]: async () => {},
  }
  return async (line, stdin = '') => {
    const said = { out: '', err: '' }
    const world: World = {
      io: {
        ...hearing(said),
        readStdin: async () => ok(Buffer.from(stdin)),
        readFile: (path) =>
          path === ENV.SALLYPORT_CONFIG ? ok(Buffer.from(YAML)) : fail('no such file'),
        writeFile: () => fail('read only'),
      },
      ...{ env: ENV, clock: app.clock, random: createSeededRandom('command line') },
      ...{ operator: 'ann', version: '0.0.0' },
      openTools: async () => tools,
      inspect: async () => ({ problems: [], notes: [] }),
      migrateStore: unused,
      copyStore: unused,
      openKeycloak: unused,
      stopped: async () => {},
    }
    return { code: await run(line, world), ...said }
  }
}
