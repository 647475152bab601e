import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { begin } from '../support/passage.ts'

const DAY_SECONDS = 86_400

describe('the account of a person who was removed', () => {
  test('is erased by the system after its retention, and no earlier', async () => {
    await using app = await openApp({ settings: { retention: { accountsDays: 90 } } })
    await begin(app)
    const removed = await app.people.remove('ada', 'li.wei')
    assert.ok(removed.ok)
    const { account } = removed.value
    const erased = async () => (await app.events()).filter(({ event }) => event === 'person.erased')

    app.clock.advance(90 * DAY_SECONDS - 1)
    await app.app.tend()
    assert.deepEqual(await erased(), [])
    app.clock.advance(1)
    await app.app.tend()
    const at = app.clock.now()
    assert.deepEqual(await erased(), [{ event: 'person.erased', at, actor: 'system', account }])
    assert.equal((await app.people.erase('ada', account)).ok, false)
  })

  test('is erased in one go, however many there are', async () => {
    await using app = await openApp({ settings: { retention: { accountsDays: 1 } } })
    for (let n = 0; n < 205; n++) {
      await app.people.add('ada', { username: `p${n}` })
      await app.people.remove('ada', `p${n}`)
    }
    app.clock.advance(DAY_SECONDS)
    await app.app.tend()
    const names = (await app.events()).map(({ event }) => event)
    assert.equal(names.filter((name) => name === 'person.erased').length, 205)
  })
})
