import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { stringify } from 'yaml'
import { Fault, fail, ok } from '../kernel/index.ts'
import { formatProblems, type PostgresConfig, parseConfig } from './index.ts'

const POSTGRES = {
  engine: 'postgres',
  hosts: ['db1.example.com', 'db2.example.com:5433'],
  database: 'sallyport',
  user: 'sallyport',
  passwordFile: 'password',
}
const folder = mkdtempSync(join(tmpdir(), 'sallyport-config-'))
after(() => rmSync(folder, { recursive: true }))
const pem = (name: string) => {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const line = ['req', '-x509', ...ec, '-keyout', key, '-out', cert, '-subj', `/CN=${name}`]
  execFileSync('openssl', line, { stdio: 'ignore' })
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}
const [ONE, OTHER] = [pem('one'), pem('other')]

type Written = Record<string, unknown>

/** Files and variables may change while it is used, as they do. */
function bench() {
  const files: Record<string, string> = {
    '/etc/sp/key': Buffer.alloc(32, 7).toString('base64'),
    '/etc/sp/secret': 'correct horse battery',
    '/etc/sp/password': 'first-password\n',
    '/etc/sp/empty': '\n',
    '/etc/sp/ca': OTHER.cert,
    '/etc/sp/cert': ONE.cert,
    '/etc/sp/one.key': ONE.key,
    '/etc/sp/other.key': OTHER.key,
  }
  const env: Record<string, string> = { PGPASSWORD: 'from-the-environment' }
  const parse = (store: Written) =>
    parseConfig({
      yaml: stringify({
        issuer: 'https://2fa.example.com',
        store,
        encryption: { keys: [{ id: 'k1', file: 'key' }] },
        clients: [
          {
            id: 'sso',
            auth: { method: 'client_secret_basic', secretFile: 'secret' },
            redirectUris: ['https://sso.example.com/callback'],
            subject: { from: 'par' },
          },
        ],
        channels: { email: { host: 'smtp.example.com', from: 'no-reply@example.com' } },
      }),
      ...{ file: '/etc/sp/sallyport.yaml', env },
      readFile(path) {
        const held = files[path]
        return held === undefined ? fail('no such file') : ok(Buffer.from(held))
      },
    })
  function postgres(over: Written = {}): PostgresConfig {
    const parsed = parse({ ...POSTGRES, ...over })
    assert.ok(parsed.ok, parsed.ok ? '' : formatProblems(parsed.error))
    assert.ok(parsed.value.store.engine === 'postgres')
    return parsed.value.store
  }
  return { files, env, parse, postgres }
}

const { parse, postgres } = bench()
const complaints = (store: Written) => {
  const parsed = parse(store)
  return parsed.ok ? [] : parsed.error.map(({ key, says }) => `${key} ${says}`)
}

describe('store: postgres', () => {
  test('is read with its defaults', () => {
    const { password, ...rest } = postgres()
    assert.equal(password?.(), 'first-password')
    assert.deepEqual(rest, {
      engine: 'postgres',
      hosts: [
        { host: 'db1.example.com', port: 5432 },
        { host: 'db2.example.com', port: 5433 },
      ],
      ...{ database: 'sallyport', user: 'sallyport' },
      tls: { ca: null, certificate: null, serverName: null },
      pool: { connectionsMax: 10, waitingMax: 200 },
      ...{ connectSeconds: 3, statementSeconds: 3, lockSeconds: 2, deadlineSeconds: 5 },
      ...{ prepared: true, migrate: 'manual' },
    })
  })

  test('takes hosts with and without port, in brackets, and folders of sockets', () => {
    const hosts = [
      'db',
      '10.0.0.5:6432',
      '[2001:db8::5]',
      '[::1]:1',
      '/var/run/pg',
      '/run/pg:65535',
    ]
    assert.deepEqual(
      postgres({ hosts, tls: {} }).hosts.map(({ host, port }) => `${host} ${port}`),
      [
        'db 5432',
        '10.0.0.5 6432',
        '2001:db8::5 5432',
        '::1 1',
        '/var/run/pg 5432',
        '/run/pg 65535',
      ],
    )
  })

  test('is in clear only where nobody can be in between, or where it was said so', () => {
    const near = [['127.0.0.1', 'localhost:5433'], ['[::1]'], ['/var/run/postgresql']]
    for (const hosts of near) {
      assert.equal(postgres({ hosts }).tls, null)
      assert.notEqual(postgres({ hosts, tls: {} }).tls, null)
      assert.notEqual(postgres({ hosts, tls: { mode: 'verify-full' } }).tls, null)
    }
    assert.notEqual(postgres({ hosts: ['127.0.0.1', 'db.example.com'] }).tls, null)
    assert.equal(postgres({ tls: { mode: 'dangerously_off' } }).tls, null)
  })

  test('takes a CA, a certificate to sign in with, and the name in the server certificate', () => {
    const tls = { caFile: 'ca', certFile: 'cert', keyFile: 'one.key', serverName: 'db.internal' }
    const read = postgres({ tls }).tls
    assert.equal(read?.ca, OTHER.cert)
    assert.equal(read.certificate?.cert, ONE.cert)
    assert.equal(read.certificate?.key.reveal(), ONE.key.trimEnd())
    assert.equal(read.serverName, 'db.internal')
  })

  test('takes no password where the server asks for none', () => {
    assert.equal(postgres({ passwordFile: undefined }).password, null)
  })

  test('reads its password anew each time it is asked for, from file or environment', () => {
    const { files, env, postgres: read } = bench()
    const fromFile = read().password
    const fromEnv = read({ passwordFile: undefined, passwordEnv: 'PGPASSWORD' }).password
    assert.deepEqual([fromFile?.(), fromEnv?.()], ['first-password', 'from-the-environment'])
    files['/etc/sp/password'] = 'second-password\n'
    env['PGPASSWORD'] = 'changed'
    assert.deepEqual([fromFile?.(), fromEnv?.()], ['second-password', 'changed'])
  })

  test('says a fault, and no secret, where the password cannot be read any more', () => {
    const { files, postgres: read } = bench()
    const { password } = read()
    for (const [held, says] of [
      ['', /^store\.passwordFile names an empty file$/],
      [undefined, /^store\.passwordFile names a file that cannot be read: no such file$/],
    ] as const) {
      if (held === undefined) delete files['/etc/sp/password']
      else files['/etc/sp/password'] = held
      assert.throws(
        () => password?.(),
        (error) =>
          error instanceof Fault && error.code === 'store.unavailable' && says.test(error.message),
      )
    }
  })

  test('shows neither password nor key, however it is printed', () => {
    const tls = { certFile: 'cert', keyFile: 'one.key' }
    const read = postgres({ tls })
    assert.doesNotMatch(
      JSON.stringify(read) + inspect(read, { depth: 9 }),
      /first-pass|PRIVATE KEY/,
    )
  })

  const BAD: readonly [written: Written, complaint: string][] = [
    [{ hosts: undefined }, 'store.hosts is missing'],
    [{ hosts: [] }, 'store.hosts is too short'],
    ...[
      'postgres://db.example.com/x',
      'db:0',
      'db:65536',
      'db:',
      '2001:db8::5',
      '[db]',
      'a b',
      'me@db',
    ].map((host): [Written, string] => [{ hosts: ['db', host] }, 'store.hosts[1] is no host']),
    [{ database: '' }, 'store.database is not accepted'],
    [{ user: 5 }, 'store.user is a number'],
    [{ password: 'hunter2' }, 'store.password is read by nobody'],
    [{ url: 'x' }, 'store.url is read by nobody'],
    [{ file: 'sallyport.db' }, 'store.file is read by nobody'],
    [{ passwordFile: 'gone' }, 'store.passwordFile names a file that cannot be read: no such file'],
    [{ passwordFile: 'empty' }, 'store.passwordFile names an empty file'],
    [
      { passwordFile: undefined, passwordEnv: 'GONE' },
      'store.passwordEnv names an environment variable that is not set',
    ],
    [{ passwordEnv: 'PGPASSWORD' }, 'store says passwordFile and passwordEnv'],
    [{ tls: 'off' }, 'store.tls is text'],
    [{ tls: { mode: 'require' } }, 'store.tls.mode is not accepted'],
    [{ tls: { verify: false } }, 'store.tls.verify is read by nobody'],
    [
      { tls: { caFile: 'secret' } },
      'store.tls.caFile names a file without a readable PEM certificate',
    ],
    [{ tls: { certFile: 'cert' } }, 'store.tls.certFile has no keyFile'],
    [{ tls: { keyFile: 'one.key' } }, 'store.tls.keyFile has no certFile'],
    [
      { tls: { certFile: 'cert', keyFile: 'other.key' } },
      'store.tls.keyFile is not the key of the certificate in certFile',
    ],
    [
      { tls: { mode: 'dangerously_off', caFile: 'ca' } },
      'store.tls.mode turns off what caFile would do',
    ],
    [{ pool: { connectionsMax: 0 } }, 'store.pool.connectionsMax is too small'],
    [{ connectSeconds: 5 }, 'store.connectSeconds is not below deadlineSeconds'],
    [{ statementSeconds: 5 }, 'store.statementSeconds is not below deadlineSeconds'],
    [{ lockSeconds: 3 }, 'store.lockSeconds is not below statementSeconds'],
    [{ deadlineSeconds: 61 }, 'store.deadlineSeconds is too large'],
    [{ prepared: 'no' }, 'store.prepared is text'],
    [{ migrate: 'never' }, 'store.migrate is not accepted'],
  ]
  for (const [written, complaint] of BAD)
    test(`is refused: ${complaint}, given ${JSON.stringify(written)}`, () => {
      assert.deepEqual(complaints({ ...POSTGRES, ...written }), [complaint])
    })

  test('says of a wait what it has to be below, and of a host what one looks like', () => {
    const parsed = parse({ ...POSTGRES, deadlineSeconds: 3, hosts: ['a b'] })
    assert.ok(!parsed.ok)
    const wanted = parsed.error.map(({ key, wanted: right }) => `${key}: ${right}`).sort()
    assert.deepEqual(wanted.slice(0, 1), [
      'store.connectSeconds: less than deadlineSeconds, which is 3',
    ])
    assert.match(wanted[1] ?? '', /^store\.hosts\[0\]: a host, with a port .* \[2001:db8::5\]:5432/)
    assert.equal(wanted[2], 'store.statementSeconds: less than deadlineSeconds, which is 3')
  })
})

describe('store: sqlite', () => {
  test('knows nothing of what PostgreSQL is told', () => {
    const written = { engine: 'sqlite', file: 'a.db', hosts: ['db'], migrate: 'manual' }
    assert.deepEqual(complaints(written), ['store.hosts is read by nobody'])
  })
})
