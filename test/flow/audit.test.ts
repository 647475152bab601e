import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSealer, exportAudit, pruneAudit, verifyAudit } from '../../src/audit/index.ts'
import { createKeyRing, type KeyRing, Secret } from '../../src/kernel/index.ts'
import { openApp, type TestApp } from '../support/app.ts'
import { createCommandLine } from '../support/command-line.ts'
import { pass } from '../support/passage.ts'
import { spelled } from '../support/test-store.ts'
import { createTestKeys } from '../support/world.ts'

const WHOLE = { after: 0, checkpoint: null }
const EMAIL = { settings: { factors: ['email'] } }

async function passedAndSealed(): Promise<{ app: TestApp; keys: KeyRing } & AsyncDisposable> {
  const app = await openApp(EMAIL)
  await pass(app)
  await app.app.tend()
  const keys = createKeyRing(app.config.encryption.keys)
  return { app, keys, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() }
}

/** As somebody would who has the file and no key. */
async function tamper({ kept }: TestApp, sql: string): Promise<void> {
  assert.ok((await kept.change(sql)) > 0, 'the tampering has to happen')
}

/** Where the text of a sealed event is. */
const EVENTS = spelled({ sqlite: 'audit_events', postgres: 'audit_links' })

describe('the audit of a step-up', () => {
  test('is whole, in order, and names each step', async () => {
    await using of = await passedAndSealed()
    const { audit } = of.app.app.store
    const verdict = await verifyAudit(audit, of.keys, WHOLE)
    assert.equal(verdict.verdict, 'whole')
    assert.equal(verdict.unsealed, 0)
    const names: string[] = []
    for await (const link of exportAudit(audit, 0)) names.push(link.event.event)
    assert.deepEqual(names.slice(-8), [
      ...['step-up.opened', 'step-up.challenged', 'code.sent', 'answer.spent'],
      ...['answer.judged', 'step-up.satisfied', 'authorization-code.issued'],
      'authorization-code.redeemed',
    ])
    assert.equal(verdict.checked, names.length)
  })

  test('tells what waits for the sealer from what is missing', async () => {
    await using of = await passedAndSealed()
    await pass(of.app)
    const verdict = await verifyAudit(of.app.app.store.audit, of.keys, WHOLE)
    assert.equal(verdict.verdict, 'whole')
    assert.ok(verdict.unsealed > 0)
  })

  test('is whole also while the sealer goes on', async () => {
    await using of = await passedAndSealed()
    const { audit } = of.app.app.store
    const sealing = {
      ...audit,
      async sealed(after: number, limit: number) {
        const links = await audit.sealed(after, limit)
        if (links.length > 0 || after === 0) return links
        // Just behind the last look, a minute after the checkpoint before.
        of.app.clock.advance(61)
        await pass(of.app)
        await of.app.app.tend()
        return links
      },
    }
    assert.equal((await verifyAudit(sealing, of.keys, WHOLE)).verdict, 'whole')
  })

  test('shows a changed event where it is', async () => {
    await using of = await passedAndSealed()
    await tamper(
      of.app,
      `UPDATE ${EVENTS} SET event = replace(event, '"acr":"mfa"', '"acr":"phr"') WHERE event LIKE '%step-up.satisfied%'`,
    )
    const verdict = await verifyAudit(of.app.app.store.audit, of.keys, WHOLE)
    assert.equal(verdict.verdict, 'broken')
  })

  test('shows a link that was taken out, in the middle and at the end', async () => {
    for (const where of ['sequence = 3', 'sequence = (SELECT max(sequence) FROM audit_links)']) {
      await using of = await passedAndSealed()
      await tamper(of.app, `DELETE FROM audit_links WHERE ${where}`)
      const verdict = await verifyAudit(of.app.app.store.audit, of.keys, WHOLE)
      assert.equal(verdict.verdict, 'missing', where)
    }
  })

  test('cannot be made anew under another key', async () => {
    await using of = await passedAndSealed()
    const others = createKeyRing([{ id: 'test', secret: new Secret(new Uint8Array(32).fill(9)) }])
    const verdict = await verifyAudit(of.app.app.store.audit, others, WHOLE)
    assert.equal(verdict.verdict, 'broken')
  })

  test('is sealed once, whoever believes to be the sealer', async () => {
    await using of = await passedAndSealed()
    for (let round = 0; round < 3; round++) await pass(of.app)
    const { audit } = of.app.app.store
    // Both hold the lease, as after a pause in which it ran out unnoticed.
    const { clock } = of.app
    const log = { info() {}, error() {} }
    const sealers = [1, 2].map(() =>
      createSealer({ store: audit, keys: of.keys, clock, isHeld: () => true, log }),
    )
    await Promise.all(sealers.flatMap((sealer) => [sealer.tick(), sealer.tick()]))
    for (const sealer of sealers) await sealer.tick()
    const verdict = await verifyAudit(audit, of.keys, WHOLE)
    assert.deepEqual([verdict.verdict, verdict.unsealed], ['whole', 0])
  })
})

/** Changes an event and takes away every link and checkpoint from there on, so that the rest looks not yet sealed. */
async function rollBack(app: TestApp): Promise<void> {
  const satisfied = `event LIKE '%step-up.satisfied%'`
  const sequence = spelled({
    sqlite: `(SELECT sequence FROM audit_links NATURAL JOIN audit_events WHERE ${satisfied})`,
    postgres: `(SELECT sequence FROM audit_links WHERE ${satisfied})`,
  })
  const replaced = `replace(event, '"acr":"mfa"', '"acr":"phr"')`
  await tamper(app, `UPDATE ${EVENTS} SET event = ${replaced} WHERE ${satisfied}`)
  await tamper(app, `DELETE FROM checkpoints WHERE sequence >= ${sequence}`)
  const gone = `DELETE FROM audit_links WHERE sequence >= ${sequence}`
  await tamper(
    app,
    spelled({
      sqlite: gone,
      postgres: `WITH gone AS (${gone} RETURNING *) INSERT INTO audit_waiting (id, kept_at, part, event)
        SELECT id, sequence, 0, event FROM gone`,
    }),
  )
}

const metricsOf = async (app: TestApp): Promise<string> =>
  (await fetch(`${app.managementUrl}/metrics`)).text()

const chainState = async (app: TestApp): Promise<string | undefined> =>
  /sallyport_audit_chain_state\{state="([a-z-]+)"\} 1/.exec(await metricsOf(app))?.[1]

const loggedCheckpoint = (app: TestApp): { readonly sequence: number; readonly mac: string } =>
  JSON.parse(app.logged.findLast((line) => line.includes('"msg":"audit checkpoint"')) ?? '')

describe('the sealer', () => {
  /** Where the process that sealed is still there. */
  async function sealedTwice(): Promise<{ app: TestApp; keys: KeyRing } & AsyncDisposable> {
    const of = await passedAndSealed()
    of.app.clock.advance(61)
    await of.app.app.tend()
    assert.equal(await chainState(of.app), 'whole')
    return of
  }

  test('seals nothing onto a chain that was cut back while it ran, and says so', async () => {
    await using of = await sealedTwice()
    const { audit } = of.app.app.store
    await rollBack(of.app)
    const cut = await audit.head()
    await of.app.app.tend()
    await pass(of.app)
    await of.app.app.tend()
    assert.deepEqual(await audit.head(), cut)
    assert.equal(await chainState(of.app), 'missing')
    const errors = of.app.logged.filter((line) => line.includes('"msg":"audit chain changed"'))
    assert.equal(errors.length, 1)
    // Nobody else is left to seal it: who was not there could not tell that it was cut back.
    assert.match(await metricsOf(of.app), /^sallyport_lease_held\{lease="sealer"\} 1$/m)
  })

  test('seals nothing after a link or a checkpoint that was changed or taken away', async () => {
    const changes = [
      [`UPDATE audit_links SET mac = 'x' WHERE sequence = (SELECT max(sequence) FROM audit_links)`],
      [`DELETE FROM checkpoints`],
      [`UPDATE checkpoints SET signature = 'x'`],
      [`INSERT INTO checkpoints VALUES (999999, 'x', 0, 'test', 'x')`],
      [`UPDATE checkpoints SET sequence = sequence + 1`],
    ] as const
    for (const [sql] of changes) {
      await using of = await sealedTwice()
      await tamper(of.app, sql)
      const head = await of.app.app.store.audit.head()
      await pass(of.app)
      await of.app.app.tend()
      assert.deepEqual(await of.app.app.store.audit.head(), head, sql)
      assert.match((await chainState(of.app)) ?? '', /^(?:broken|missing)$/, sql)
    }
  })

  test('goes on where another process sealed on top, and where the oldest stretch was pruned', async () => {
    await using of = await sealedTwice()
    const { audit } = of.app.app.store
    const { clock } = of.app
    const log = { info() {}, error() {} }
    clock.advance(401 * 86_400)
    const isHeld = () => true
    const other = createSealer({ store: audit, keys: of.keys, clock, isHeld, log })
    for (let round = 0; round < 2; round++) {
      await pass(of.app)
      clock.advance(61)
      assert.ok((await other.tick()) > 0)
    }
    assert.equal(await pruneAudit(audit, of.keys, clock.now()), 'pruned')
    await pass(of.app)
    await of.app.app.tend()
    assert.equal(await chainState(of.app), 'whole')
    const verdict = await verifyAudit(audit, of.keys, WHOLE)
    assert.deepEqual([verdict.verdict, verdict.unsealed], ['whole', 0])
  })

  test('takes a link that it did not seal only with the key that made it', async () => {
    await using of = await sealedTwice()
    await pass(of.app)
    await tamper(
      of.app,
      spelled({
        sqlite: `INSERT INTO audit_links SELECT max(l.sequence) + 1, max(l.position) + 1, 'test', 'x' FROM audit_links l`,
        postgres: `WITH first AS (DELETE FROM audit_waiting WHERE kept_at =
            (SELECT min(kept_at) FROM audit_waiting) AND part = 1 RETURNING id, event)
          INSERT INTO audit_links SELECT (SELECT max(sequence) + 1 FROM audit_links), id, event, 'test', 'x' FROM first`,
      }),
    )
    await of.app.app.tend()
    assert.equal(await chainState(of.app), 'broken')
  })

  test('leaves what is committed to another process that is to seal', async () => {
    await using of = await passedAndSealed()
    await pass(of.app)
    const { audit } = of.app.app.store
    const { clock } = of.app
    const log = { info() {}, error() {} }
    const sealer = createSealer({ store: audit, keys: of.keys, clock, isHeld: () => false, log })
    assert.equal(await sealer.tick(), 0)
    assert.equal(sealer.state(), 'standby')
    assert.ok((await audit.unsealed(1)).length > 0)
  })
})

describe('a checkpoint that was logged elsewhere', () => {
  /** A process that was not there, as after a restart, makes the chain anew. */
  async function madeAnew(): Promise<{ app: TestApp; keys: KeyRing } & AsyncDisposable> {
    const of = await passedAndSealed()
    await rollBack(of.app)
    const { audit } = of.app.app.store
    const log = { info() {}, error() {} }
    const { clock } = of.app
    const isHeld = () => true
    await createSealer({ store: audit, keys: of.keys, clock, isHeld, log }).tick()
    return of
  }

  test('shows a chain that was made anew, which by itself is whole', async () => {
    await using of = await madeAnew()
    const { audit } = of.app.app.store
    const checkpoint = loggedCheckpoint(of.app)
    assert.equal((await verifyAudit(audit, of.keys, WHOLE)).verdict, 'whole')
    const compared = await verifyAudit(audit, of.keys, { after: 0, checkpoint })
    assert.equal(compared.verdict, 'broken')
    assert.ok('sequence' in compared && compared.sequence === checkpoint.sequence)
    const { sequence, mac } = checkpoint
    const line = ['audit', 'verify', '--checkpoint', `${sequence}:${mac}`]
    const said = await createCommandLine(of.app)(line)
    assert.deepEqual([said.code, said.err.includes(`broken at ${sequence}`)], [1, true])
  })

  test('shows a chain that ends before it, and one that begins after it', async () => {
    await using of = await passedAndSealed()
    const { audit } = of.app.app.store
    const checkpoint = loggedCheckpoint(of.app)
    assert.equal((await verifyAudit(audit, of.keys, { after: 0, checkpoint })).verdict, 'whole')
    const beyond = { ...checkpoint, sequence: checkpoint.sequence + 1 }
    const ends = await verifyAudit(audit, of.keys, { after: 0, checkpoint: beyond })
    assert.equal(ends.verdict, 'missing')
    const early = { ...checkpoint, sequence: 1 }
    const begins = await verifyAudit(audit, of.keys, { after: 2, checkpoint: early })
    assert.equal(begins.verdict, 'pruned')
  })

  test('of the store itself is compared wherever it stands', async () => {
    await using of = await passedAndSealed()
    const { audit } = of.app.app.store
    const checkpoint = await audit.lastCheckpoint()
    await pass(of.app)
    await of.app.app.tend()
    const other = { ...audit, lastCheckpoint: async () => checkpoint && remade(checkpoint) }
    const remade = (of: NonNullable<typeof checkpoint>) => ({ ...of, mac: 'x' })
    assert.equal((await verifyAudit(other, of.keys, WHOLE)).verdict, 'broken')
  })

  test('cannot be checked without its key, which is named', async () => {
    await using of = await passedAndSealed()
    const verdict = await verifyAudit(of.app.app.store.audit, createTestKeys('newer'), WHOLE)
    assert.ok(verdict.verdict === 'key-missing')
    assert.equal(verdict.keyId, 'test')
  })
})

describe('the audit after its retention', () => {
  async function aged(): Promise<{ app: TestApp; keys: KeyRing } & AsyncDisposable> {
    const of = await passedAndSealed()
    of.app.clock.advance(401 * 86_400)
    await pass(of.app)
    await of.app.app.tend()
    of.app.clock.advance(61)
    await pass(of.app)
    await of.app.app.tend()
    return of
  }

  test('begins at a signed checkpoint and is whole from there', async () => {
    await using of = await aged()
    const { audit } = of.app.app.store
    const [first] = await audit.sealed(0, 1)
    assert.ok(first !== undefined && first.sequence > 1, 'something was taken away')
    assert.equal(JSON.parse(first.text).at >= of.app.clock.now() - 400 * 86_400_000, true)
    assert.equal((await verifyAudit(audit, of.keys, WHOLE)).verdict, 'whole')
  })

  test('shows a beginning that was taken away by somebody without the key', async () => {
    await using of = await aged()
    const { audit } = of.app.app.store
    const checkpoint = await audit.lastCheckpoint()
    await tamper(
      of.app,
      `DELETE FROM audit_links WHERE sequence <= ${(checkpoint?.sequence ?? 0) - 1}`,
    )
    assert.equal((await verifyAudit(audit, of.keys, WHOLE)).verdict, 'missing')
  })
})
