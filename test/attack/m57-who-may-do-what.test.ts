import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { ONLY_EMAIL, otherThan, otpAt } from '../support/attack.ts'
import { type CommandLine, createCommandLine } from '../support/command-line.ts'
import { stepUpOn } from '../support/outside.ts'
import { begin } from '../support/passage.ts'
import { openTrusting, prove, question, type Visitor, visitor } from '../support/trust.ts'
import { createUserAgent } from '../support/user-agent.ts'

/** Whom each route is for, and what everybody else hears there. A route that is not here fails the test. */
const ROUTES: Readonly<Record<string, Role>> = {
  'GET /.well-known/openid-configuration': 'everybody',
  'GET /jwks': 'everybody',
  'POST /par': 'client',
  'POST /token': 'client',
  'GET /userinfo': 'token',
  'POST /userinfo': 'token',
  'GET /authorize': 'request',
  'POST /authorize': 'request',
  'GET /step-up/:id/begin': 'hop',
  'GET /step-up/:id/resume': 'hop',
  'GET /step-up/:id': 'browser',
  'GET /step-up/:id/ways': 'browser',
  'GET /step-up/:id/apps/:app/remove': 'browser',
  'GET /step-up/:id/apps/:app/rename': 'browser',
  'POST /step-up/:id/choose': 'browser',
  'POST /step-up/:id/answer': 'browser',
  'POST /step-up/:id/resend': 'browser',
  'POST /step-up/:id/confirm': 'browser',
  'POST /step-up/:id/retry': 'browser',
  'POST /step-up/:id/cancel': 'browser',
  'POST /step-up/:id/language': 'browser',
  'POST /step-up/:id/add': 'browser',
  'POST /step-up/:id/back': 'browser',
  'POST /step-up/:id/rename': 'browser',
  'POST /step-up/:id/remove': 'browser',
  'POST /step-up/:id/done': 'browser',
}
type Role = 'everybody' | 'client' | 'token' | 'request' | 'hop' | 'browser'

const DENIED: Readonly<Record<Exclude<Role, 'everybody'>, number>> = {
  client: 401,
  token: 401,
  request: 400,
  hop: 404,
  browser: 403,
}

const ROUTE = /router\.(get|post|put|patch|delete)\(\s*'([^']+)'/g
/** Of a path that is named once, for all of its methods. */
const PATH = /router\.route\('([^']+)'\)/
const METHOD = /(?:\broute|\))\.(get|post|put|patch|delete)\(/g
const PORTAL = 'src/portal/door.ts'

function routesInSource(): readonly string[] {
  const found = globSync('src/{http,oidc,portal}/**/*.ts').flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    const path = PATH.exec(text)?.[1]
    const ofPath =
      path === undefined ? [] : text.matchAll(METHOD).map(([, method]) => [method, path])
    const each = text.matchAll(ROUTE).map(([, method, at]) => [method, at])
    return [...ofPath, ...each].map(([method = '', at]) => `${method.toUpperCase()} ${at}`)
  })
  // Those posts are registered in a loop, and a get of them only leads back to the page.
  const actions = /^const ACTIONS = \[$([\s\S]*?)^\]/m.exec(readFileSync(PORTAL, 'utf8'))?.[1] ?? ''
  const posts = actions.matchAll(/'([a-z-]+)'/g).map(([, action]) => `POST /step-up/:id/${action}`)
  return [...found, ...posts].sort()
}

const send = (app: TestApp, method: string, path: string, headers: Record<string, string> = {}) => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const sent =
    method === 'POST' ? { body: 'code=123456', headers: { ...form, ...headers } } : { headers }
  return fetch(`${app.issuer}${path}`, { method, redirect: 'manual', ...sent })
}

const at = (path: string, id: string) =>
  path.replace(':id', id).replace(':app', 'enr_AAAAAAAAAAAAAAAAAAAAAA')

/**
 * What an operator can type, in the order of a person's life here, and what the audit has of it. A command that is not here
 * fails the test. Those that stand `apart` open, change or copy the store itself and have tests of their own.
 */
const COMMANDS: Readonly<Record<string, 'reads' | 'apart' | Change>> = {
  'user add': { line: ['eve', '--email', 'eve@kestrel.example'], event: 'person.added' },
  'user import': { line: ['-', '--format', 'csv'], stdin: 'username\nmax', event: 'person.added' },
  'user set': { line: ['eve', '--name', 'Eve'], event: 'person.changed' },
  'user disable': { line: ['eve'], event: 'person.disabled' },
  'user enable': { line: ['eve'], event: 'person.enabled' },
  'user remove': { line: ['eve', '--yes'], event: 'person.removed' },
  'user erase': { line: ['max', '--yes'], event: 'person.erased' },
  'user unlock': { line: ['bob'], event: 'factor.unlocked' },
  'trust revoke': { line: ['bob', '--all'], event: 'trust.revoked' },
  'user reset-factor': { line: ['bob'], event: 'factor.reset' },
  'user bind-code': { line: ['li.wei'], event: 'operator-code.made' },
  'user bypass-code': { line: ['li.wei'], event: 'operator-code.made' },
  'policy apply': { line: ['-'], stdin: 'shown', event: 'policy.applied' },
  people: 'reads',
  check: 'reads',
  doctor: 'reads',
  'keycloak check': 'reads',
  'keycloak client': 'reads',
  explain: 'reads',
  docs: 'reads',
  'user list': 'reads',
  'user show': 'reads',
  'trust list': 'reads',
  'policy show': 'reads',
  'policy diff': 'reads',
  'keys list': 'reads',
  'secrets new': 'reads',
  'audit export': 'reads',
  'audit verify': 'reads',
  serve: 'apart',
  migrate: 'apart',
  'keys rotate': 'apart',
  'secrets rotate': 'apart',
  'store copy': 'apart',
}
type Change = { readonly line: readonly string[]; readonly stdin?: string; readonly event: string }

const COMMAND = /^ {2}([a-z][a-z-]*)\b/gm

/** As `--help` lists them, each by all of its words. */
async function commandsOf(operator: CommandLine, words: readonly string[]): Promise<string[]> {
  const { out } = await operator([...words, '--help'])
  const listed = out.split('\nCommands:\n')[1] ?? ''
  const names = [...listed.matchAll(COMMAND)].flatMap(([, name = '']) =>
    name === 'help' ? [] : [name],
  )
  if (names.length === 0) return [words.join(' ')]
  return (await Promise.all(names.map((name) => commandsOf(operator, [...words, name])))).flat()
}

describe('M57 who may do what, and what is written down of it', () => {
  test('every route says whom it is for', () => {
    assert.deepEqual(routesInSource(), Object.keys(ROUTES).sort())
  })

  test('nobody is let in who brings nothing, or what is for another door, and nothing happens', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { page } = await begin(app, createUserAgent())
    const id = stepUpOn(page)
    const before = (await app.events()).length
    const strangers = [
      {},
      { cookie: `sallyport=${'A'.repeat(43)}` },
      { authorization: `Bearer ${'A'.repeat(43)}` },
      { authorization: `Basic ${btoa('iam:a-secret-that-is-not-theirs')}` },
    ]
    for (const [route, role] of Object.entries(ROUTES))
      for (const headers of strangers) {
        const [method = '', path = ''] = route.split(' ')
        const { status } = await send(app, method, at(path, id), headers)
        const said = `${route} ${JSON.stringify(headers)}`
        assert.equal(status, role === 'everybody' ? 200 : DENIED[role], said)
      }
    assert.equal((await app.events()).length, before)
  })

  test('no route takes a method that it was not made for', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { page } = await begin(app, createUserAgent())
    for (const path of new Set(Object.keys(ROUTES).map((route) => route.split(' ')[1] ?? '')))
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const { status } = await send(app, method, at(path, stepUpOn(page)))
        assert.ok(status === 404 || status === 405, `${method} ${path} ${status}`)
      }
  })

  test('what is for operators is behind the port of operators, which has nothing else', async () => {
    await using app = await openApp(ONLY_EMAIL)
    for (const path of [
      '/metrics',
      '/health',
      '/health/ready',
      '/health/live',
      '/health/started',
    ]) {
      const there = await fetch(`${app.managementUrl}${path}`)
      assert.notEqual(there.status, 404, path)
      assert.equal((await fetch(`${app.issuer}${path}`)).status, 404, path)
    }
    for (const route of Object.keys(ROUTES)) {
      const [method = '', path = ''] = route.split(' ')
      assert.equal((await fetch(`${app.managementUrl}${path}`, { method })).status, 404, route)
    }
  })

  test('every command says what it changes, and the audit says who did', async () => {
    await using app = await openTrusting('ip+device', '12h')
    const operator = createCommandLine(app)
    assert.deepEqual((await commandsOf(operator, [])).sort(), Object.keys(COMMANDS).sort())
    await prove(app, visitor())
    await lockOut(app, visitor())
    for (const [words, change] of Object.entries(COMMANDS)) {
      if (typeof change === 'string') continue
      const before = (await app.events()).length
      const stdin = change.stdin === 'shown' ? await changedPolicy(operator) : change.stdin
      const { code, err } = await operator([...words.split(' '), ...change.line], stdin)
      assert.equal(code, 0, `${words}: ${err}`)
      const by = (await app.events()).slice(before).filter(({ event }) => event === change.event)
      assert.ok(by.length > 0, words)
      for (const { actor } of by) assert.equal(actor, 'operator:ann', words)
    }
  })
})

async function lockOut(app: TestApp, stranger: Visitor): Promise<void> {
  for (let stepUp = 0; stepUp < 2; stepUp++) {
    const { page } = await question(app, stranger)
    for (let answer = 0; answer < 5; answer++)
      await stranger.browser.submit(page, 'answer', { code: otherThan(otpAt(app)) })
  }
}

const changedPolicy = async (operator: CommandLine): Promise<string> =>
  (await operator(['policy', 'show'])).out.replace('enabled: true', 'enabled: false')
