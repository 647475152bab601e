import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, test } from 'node:test'
import { type Import, imports, sources } from './sources.ts'

const DOOR = ['kernel', 'i18n', 'http', '~stepup', '~factors', '~audit']

/** Who may import whom; `~room` means types only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  config: ['kernel'],
  audit: ['kernel'],
  leases: ['kernel'],
  notices: ['kernel', '~audit', '~channels', '~directories'],
  i18n: ['kernel'],
  directories: ['kernel', 'i18n', '~config', '~audit', '~stepup'],
  channels: ['kernel', 'i18n', '~config'],
  metrics: ['kernel', '~audit'],
  log: ['kernel', '~audit'],
  policy: ['kernel', '~audit', '~directories', '~stepup'],
  trust: ['kernel', '~audit', '~directories', '~stepup'],
  // What the ladder says of an answer is pure, and the step-up records it.
  stepup: ['kernel', 'policy', '~audit', '~trust', '~directories'],
  factors: ['kernel', 'stepup', '~audit', '~channels', '~directories'],
  http: ['kernel', 'i18n', '~metrics'],
  management: ['kernel', 'http', '~metrics'],
  oidc: DOOR,
  portal: [...DOOR, '~policy', '~trust', '~directories'],
  store: [
    'kernel',
    '~audit',
    '~directories',
    '~factors',
    '~leases',
    '~notices',
    '~oidc',
    '~policy',
    '~stepup',
    '~trust',
  ],
  keycloak: ['kernel', '~config'],
  cli: [
    ...['kernel', 'config', '~audit', '~directories', '~keycloak'],
    ...['~policy', '~stepup', '~store', '~trust'],
  ],
  'main.ts': [
    ...['kernel', 'config', 'cli'],
    ...['compose-keycloak.ts', 'compose-store.ts', 'compose-tools.ts'],
    // Not the rest of the store.
    'store/sqlite/loading',
  ],
  'launch.js': ['main.ts'],
}

/** The app, and what the commands reach of it: they alone may know every room. */
const KNOWS_ALL = new Set([
  'compose.ts',
  'compose-background.ts',
  'compose-channels.ts',
  'compose-directories.ts',
  'compose-doors.ts',
  'compose-explain.ts',
  'compose-keycloak.ts',
  'compose-look.ts',
  'compose-notify.ts',
  'compose-policy.ts',
  'compose-store-news.ts',
  'compose-store.ts',
  'compose-tools.ts',
  'compose-trust.ts',
])

/** Each third-party package has one home: a folder of src/, or several where it is a room's own language. */
const HOME: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['store'],
  cockatiel: ['directories/ldap'],
  commander: ['cli'],
  'csv-parse': ['directories'],
  eta: ['http'],
  express: ['http', 'management', 'oidc', 'portal'],
  helmet: ['http'],
  i18next: ['i18n'],
  jose: ['oidc'],
  kysely: ['store'],
  ldapts: ['directories/ldap'],
  'libphonenumber-js': ['directories'],
  nodemailer: ['channels'],
  otplib: ['factors/totp'],
  pg: ['store'],
  pino: ['log'],
  'prom-client': ['metrics'],
  qrcode: ['portal'],
  yaml: ['config'],
  zod: ['config', 'keycloak', 'oidc', 'store'],
}

const shown = ({ from, typesOnly, target }: Import) =>
  `${from.path} imports ${typesOnly ? 'types of ' : ''}${target}`

const roomOf = (path: string) => path.split('/')[0] ?? path

describe('rooms', () => {
  test('each have a row in the table', () => {
    const without = new Set(sources.map(({ room }) => room)).difference(
      new Set([...Object.keys(MAY_IMPORT), ...KNOWS_ALL]),
    )
    assert.deepEqual([...without], [])
  })

  test('import whom the table lets them, and types alone where it says so', () => {
    const wrong = imports.filter(({ from, typesOnly, target, isOurs }) => {
      const room = roomOf(target)
      if (!isOurs || KNOWS_ALL.has(from.room) || room === from.room) return false
      const may = MAY_IMPORT[from.room] ?? []
      const isAllowed = may.includes(room) || may.includes(dirname(target))
      return !(isAllowed || (typesOnly && may.includes(`~${room}`)))
    })
    assert.deepEqual(wrong.filter(({ target }) => target !== '../package.json').map(shown), [])
  })

  test('are entered by the door', () => {
    const rooms = sources
      .filter(({ path }) => path.endsWith('/index.ts'))
      .map(({ path }) => path.slice(0, -'index.ts'.length))
    const wrong = imports.filter(({ from, target, isOurs }) => {
      const inside = rooms.filter((room) => target.startsWith(room) && !from.path.startsWith(room))
      return isOurs && inside.length > 0 && !inside.some((room) => target === `${room}index.ts`)
    })
    assert.deepEqual(wrong.map(shown), [])
  })

  test('form no cycle of what they load', () => {
    const loads = Map.groupBy(
      imports.filter(({ isOurs, typesOnly, from, target }) => {
        return isOurs && !typesOnly && roomOf(target) !== from.room
      }),
      ({ from }) => from.room,
    )
    const cycles: string[] = []
    const done = new Set<string>()
    const visit = (room: string, path: readonly string[]): void => {
      if (path.includes(room)) cycles.push([...path, room].join(' → '))
      if (path.includes(room) || done.has(room)) return
      for (const next of new Set(loads.get(room)?.map(({ target }) => roomOf(target))))
        visit(next, [...path, room])
      done.add(room)
    }
    for (const room of loads.keys()) visit(room, [])
    assert.deepEqual(cycles, [])
  })

  test('are found by whole names, with the ending', () => {
    const wrong = imports.filter(
      ({ target, isOurs }) => isOurs && !/\.(?:ts|js|json)$/.test(target),
    )
    assert.deepEqual(wrong.map(shown), [])
  })
})

describe('packages', () => {
  test('are imported only at home', () => {
    const wrong = imports.filter(({ from, target, isOurs }) => {
      if (isOurs || target.startsWith('node:')) return false
      return !HOME[target]?.some((home) => from.path.startsWith(`${home}/`))
    })
    assert.deepEqual(wrong.map(shown), [])
  })

  test('each have a home, and each home a package', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    const { dependencies }: { readonly dependencies: object } = JSON.parse(text)
    assert.deepEqual(Object.keys(HOME).sort(), Object.keys(dependencies).sort())
  })
})
