import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { createSealer, exportAudit, verifyAudit } from '../../src/audit/index.ts'
import { createKeyRing, type KeyRing, Secret } from '../../src/kernel/index.ts'
import { openApp, type TestApp } from '../support/app.ts'
import { pass } from '../support/passage.ts'

const EMAIL = { settings: { factors: ['email'] } }

async function passedAndSealed(): Promise<{ app: TestApp; keys: KeyRing } & AsyncDisposable> {
  const app = await openApp(EMAIL)
  await pass(app)
  await app.app.tend()
  const keys = createKeyRing(app.config.encryption.keys)
  return { app, keys, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() }
}

/** As somebody would who has the file and no key. */
function tamper(app: TestApp, sql: string): void {
  const db = new Database(join(app.folder, 'sallyport.db'))
  try {
    assert.ok(db.prepare(sql).run().changes > 0, 'the tampering has to happen')
  } finally {
    db.close()
  }
}

describe('the audit of a step-up', () => {
  test('is whole, in order, and names each step', async () => {
    await using of = await passedAndSealed()
    const { audit } = of.app.app.store
    const verdict = await verifyAudit(audit, of.keys, 0)
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
    const verdict = await verifyAudit(of.app.app.store.audit, of.keys, 0)
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
    assert.equal((await verifyAudit(sealing, of.keys, 0)).verdict, 'whole')
  })

  test('shows a changed event where it is', async () => {
    await using of = await passedAndSealed()
    tamper(
      of.app,
      `UPDATE audit_events SET event = replace(event, '"acr":"mfa"', '"acr":"phr"') WHERE event LIKE '%step-up.satisfied%'`,
    )
    const verdict = await verifyAudit(of.app.app.store.audit, of.keys, 0)
    assert.equal(verdict.verdict, 'broken')
  })

  test('shows a link that was taken out, in the middle and at the end', async () => {
    for (const where of ['sequence = 3', 'sequence = (SELECT max(sequence) FROM audit_links)']) {
      await using of = await passedAndSealed()
      tamper(of.app, `DELETE FROM audit_links WHERE ${where}`)
      const verdict = await verifyAudit(of.app.app.store.audit, of.keys, 0)
      assert.equal(verdict.verdict, 'missing', where)
    }
  })

  test('cannot be made anew under another key', async () => {
    await using of = await passedAndSealed()
    const others = createKeyRing([{ id: 'test', secret: new Secret(new Uint8Array(32).fill(9)) }])
    const verdict = await verifyAudit(of.app.app.store.audit, others, 0)
    assert.equal(verdict.verdict, 'broken')
  })

  test('is sealed once, whoever believes to be the sealer', async () => {
    await using of = await passedAndSealed()
    for (let round = 0; round < 3; round++) await pass(of.app)
    const { audit } = of.app.app.store
    // Both hold the lease, as after a pause in which it ran out unnoticed.
    const leases = { claim: async () => 'held' as const, release: async () => {} }
    const { clock } = of.app
    const log = { info: () => {} }
    const sealers = ['one', 'other'].map((holder) =>
      createSealer({ store: audit, leases, keys: of.keys, clock, holder, log }),
    )
    await Promise.all(sealers.flatMap((sealer) => [sealer.tick(), sealer.tick()]))
    for (const sealer of sealers) await sealer.tick()
    const verdict = await verifyAudit(audit, of.keys, 0)
    assert.deepEqual([verdict.verdict, verdict.unsealed], ['whole', 0])
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
    assert.equal((await verifyAudit(audit, of.keys, 0)).verdict, 'whole')
  })

  test('shows a beginning that was taken away by somebody without the key', async () => {
    await using of = await aged()
    const { audit } = of.app.app.store
    const checkpoint = await audit.lastCheckpoint()
    tamper(of.app, `DELETE FROM audit_links WHERE sequence <= ${(checkpoint?.sequence ?? 0) - 1}`)
    assert.equal((await verifyAudit(audit, of.keys, 0)).verdict, 'missing')
  })
})
