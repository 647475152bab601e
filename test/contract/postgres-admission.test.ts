import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after as afterAll, before, describe, test } from 'node:test'
import { statement } from '../../src/store/postgres/statements.ts'
import { createAuthority } from '../support/certificates.ts'
import {
  add,
  benchOn,
  fault,
  insert,
  linkTo,
  look,
  retriesOf,
  sleep,
} from '../support/link-bench.ts'
import { needs } from '../support/needs.ts'
import { startPgBouncer } from '../support/pgbouncer.ts'
import { type Cluster, startPostgres } from '../support/postgres.ts'
import { SERVING } from '../support/postgres-database.ts'

const setting = statement<{ value: string }>(
  'test_setting',
  'select current_setting(@name) as value',
)
const kept = statement<{ name: string }>(
  'test_kept',
  'select name from pg_prepared_statements order by name',
)

describe('a link that shows a password', needs('postgresql'), () => {
  let cluster: Cluster
  before(async () => {
    cluster = await startPostgres()
  })
  afterAll(() => cluster[Symbol.asyncDispose]())

  test('reads it again when it is refused', async () => {
    const shown = ['old-secret', SERVING.password]
    const password = () => shown.shift() ?? 'no-secret'
    await using made = await benchOn(cluster, { password })
    await made.link.read(look, {})
    assert.deepEqual(retriesOf(made.link), ['rejected'])
  })

  test('says who was refused, and does not try for long', async () => {
    await using made = await benchOn(cluster, { password: () => 'old-secret' })
    await assert.rejects(made.link.read(look, {}), fault(/rejects user 'sallyport' \(28P01\)/))
    assert.equal(made.proxy.accepted, 2)
    const elsewhere = linkTo({ ...made.settings, password: () => SERVING.password, database: 'no' })
    await assert.rejects(elsewhere.read(look, {}), fault(/rejects user 'sallyport' \(3D000\)/))
    await elsewhere[Symbol.asyncDispose]()
  })

  test('waits for a connection that stands while new ones are refused', async () => {
    let shown = SERVING.password
    const pool = { connectionsMax: 4, waitingMax: 10 }
    const times = { statementSeconds: 1.5, deadlineSeconds: 4 }
    await using made = await benchOn(cluster, { pool, ...times, password: () => shown })
    await made.link.read(look, {})
    shown = 'old-secret'
    const busy = made.link.read(sleep, { seconds: 0.7 })
    const others = await Promise.all([1, 2, 3].map(() => made.link.read(look, {})))
    assert.deepEqual(others.flat(), [{ one: 1 }, { one: 1 }, { one: 1 }])
    await busy
    assert.deepEqual(retriesOf(made.link), ['rejected'])
  })

  test('says that it cannot be read, and that there is none', async () => {
    const unreadable = () => readFileSync('/nowhere/secret', 'utf8')
    await using made = await benchOn(cluster, { password: unreadable })
    await assert.rejects(made.link.read(look, {}), /the password for the database cannot be read/)
    await using none = linkTo({ ...made.settings, password: null })
    const lacking = fault(/asks for a password, and none is configured/, 'configuration.unfit')
    const asked = made.proxy.accepted
    await assert.rejects(none.read(look, {}), lacking)
    assert.equal(made.proxy.accepted, asked + 1, 'no second time makes it better')
  })

  test('hears nothing of what the environment says to PostgreSQL', async () => {
    await using made = await benchOn(cluster)
    const given = { PGPASSWORD: 'no-secret', PGOPTIONS: '-c lock_timeout=7s', PGAPPNAME: 'other' }
    Object.assign(process.env, given)
    try {
      assert.deepEqual(await made.link.read(setting, { name: 'lock_timeout' }), [
        { value: '200ms' },
      ])
      const name = { name: 'application_name' }
      assert.deepEqual(await made.link.read(setting, name), [{ value: 'sallyport' }])
    } finally {
      for (const key of Object.keys(given)) delete process.env[key]
    }
  })

  test('keeps statements and time-outs on its connections', async () => {
    await using made = await benchOn(cluster, { statementSeconds: 1.5, lockSeconds: 0.25 })
    for (const [name, value] of [
      ['statement_timeout', '1500ms'],
      ['lock_timeout', '250ms'],
      ['idle_in_transaction_session_timeout', '1500ms'],
    ] as const)
      assert.deepEqual(await made.link.read(setting, { name }), [{ value }])
    const names = [{ name: 'sallyport_test_kept' }, { name: 'sallyport_test_setting' }]
    assert.deepEqual(await made.link.read(kept, {}), names)
  })

  test('keeps nothing on them where they are a pooler’s', async () => {
    await using made = await benchOn(cluster, { prepared: false })
    assert.deepEqual(await made.link.read(setting, { name: 'lock_timeout' }), [{ value: '0' }])
    const within = await made.link.transact((tx) => tx.run(setting, { name: 'lock_timeout' }))
    assert.deepEqual(within, [{ value: '200ms' }])
    assert.deepEqual(await made.link.read(setting, { name: 'lock_timeout' }), [{ value: '0' }])
    assert.deepEqual(await made.link.read(kept, {}), [])
  })

  test('works through PgBouncer in transaction mode', needs('pgbouncer'), async () => {
    await using pooler = await startPgBouncer(cluster, { default_pool_size: 2 })
    await using made = await benchOn(cluster, { ...pooler.address, prepared: false })
    const ids = Array.from({ length: 40 }, (_, n) => `${n}`)
    const works = ids.map((id) =>
      Number(id) % 2 === 0
        ? made.link.write(add, { id })
        : made.link.transact((tx) => tx.run(insert, { id })),
    )
    await Promise.all(works)
    const [found] = await made.database.query('select count(*)::integer as n from probe')
    assert.deepEqual(found, { n: 40 })
  })

  test('is told to prepare nothing where PgBouncer forgets it', needs('pgbouncer'), async () => {
    await using pooler = await startPgBouncer(cluster, { default_pool_size: 4 })
    await using made = await benchOn(cluster, { ...pooler.address, prepared: true })
    const rush = async () => {
      const all = Array.from({ length: 30 }, () => made.link.read(look, {}))
      await Promise.all(all)
    }
    await assert.rejects(
      async () => {
        for (let times = 0; times < 10; times++) await rush()
      },
      fault(/set store.prepared to false/, 'configuration.unfit'),
    )
  })
})

describe('a link over TLS', needs('postgresql', 'openssl'), () => {
  let cluster: Cluster
  before(async () => {
    cluster = await startPostgres({ tls: ['127.0.0.1'], settings: { ssl_ca_file: 'ca.pem' } })
    const { authority } = cluster
    if (authority !== undefined) await cluster.certify(authority.issue('db.example', 'localhost'))
  })
  afterAll(() => cluster[Symbol.asyncDispose]())

  const tlsOf = (over: object = {}) => {
    const ca = cluster.authority?.ca ?? ''
    return { ca, certificate: null, serverName: 'db.example', ...over }
  }

  test('believes a certificate of its authority, for the name it was told or the host’s', async () => {
    await using made = await benchOn(cluster, { tls: tlsOf() })
    await made.link.read(look, {})
    const hosts = [{ host: 'localhost', port: made.proxy.port }]
    await using named = linkTo({ ...made.settings, hosts, tls: tlsOf({ serverName: null }) })
    await named.read(look, {})
    // The name that counts is the one it was told, also where the host's would do.
    await using other = linkTo({
      ...made.settings,
      hosts,
      tls: tlsOf({ serverName: 'other.example' }),
    })
    await assert.rejects(other.read(look, {}), fault(/TLS with localhost:.*ALTNAME_INVALID/))
  })

  test('says what is wrong with any other', async () => {
    await using made = await benchOn(cluster)
    using stranger = createAuthority()
    const wrong = [
      [tlsOf({ serverName: null }), /TLS with 127.0.0.1:.*127.0.0.1 is not in.*ALTNAME_INVALID/],
      [tlsOf({ ca: stranger.ca }), /TLS with 127.0.0.1:.*(?:UNABLE_TO|SELF_SIGNED|CERT_)/],
      [tlsOf({ ca: null }), /TLS with 127.0.0.1:.*(?:UNABLE_TO|SELF_SIGNED)/],
      [null, /rejects user 'sallyport' \(28000\).*no pg_hba.conf entry/],
    ] as const
    for (const [tls, saying] of wrong) {
      await using link = linkTo({ ...made.settings, tls })
      await assert.rejects(link.read(look, {}), fault(saying))
    }
  })

  test('takes no server that speaks none', async () => {
    await using plain = await startPostgres()
    await using made = await benchOn(plain, { tls: tlsOf() })
    await assert.rejects(made.link.read(look, {}), fault(/does not support SSL connections/))
  })

  test('shows a certificate of its own, where the server asks for one', async () => {
    const rules = join(cluster.folder, 'data/pg_hba.conf')
    const old = readFileSync(rules, 'utf8')
    await using made = await benchOn(cluster, { password: null, tls: tlsOf() })
    writeFileSync(rules, `hostssl all ${SERVING.user} 127.0.0.1/32 cert\n${old}`)
    await cluster.query('select pg_reload_conf()')
    const certificate = cluster.authority?.issue(SERVING.user)
    await using known = linkTo({ ...made.settings, tls: tlsOf({ certificate }) })
    await known.read(look, {})
    await assert.rejects(made.link.read(look, {}), fault(/28000.*valid client certificate/))
    using stranger = createAuthority()
    const other = stranger.issue(SERVING.user)
    await using unknown = linkTo({ ...made.settings, tls: tlsOf({ certificate: other }) })
    await assert.rejects(unknown.read(look, {}), fault(/TLS with|28000|was not reached/))
  })
})
