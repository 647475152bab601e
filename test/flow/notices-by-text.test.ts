import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dropped, notices } from '../support/noticed.ts'
import { begin } from '../support/passage.ts'
import { openTexting, PHONE, type Texting } from '../support/texting.ts'
import { addUnchecked } from '../support/unchecked-person.ts'
import { createUserAgent } from '../support/user-agent.ts'

/** A code goes to the phone, and ten wrong answers lock it. */
async function lock(of: Texting, who = 'li.wei'): Promise<void> {
  for (let half = 0; half < 2; half++) {
    const { browser, page: first } = await begin(of.app, createUserAgent(), { login_hint: who })
    let page = first
    for (let answer = 0; answer < 5; answer++)
      page = await browser.submit(page, 'answer', { code: '000000' })
    of.app.clock.advance(61)
  }
}

const said = ({ first }: Texting) => first.texts.filter(({ code }) => code === '')

describe('a notice', () => {
  test('goes to the phone and to the mailbox: whoever has one of them cannot keep it from the person', async () => {
    await using of = await openTexting()
    await lock(of)
    await of.app.app.tend()
    assert.deepEqual(
      said(of).map(({ to, text }) => [to, text.split(' at ')[0]]),
      [[PHONE, 'Kestrel: Text codes were paused after wrong tries']],
    )
    assert.deepEqual(
      of.mailbox.mails.map(({ to, subject }) => [to, subject]),
      [['li.wei@kestrel.example', 'Text codes were paused after wrong tries']],
    )
    const [sent] = (await of.app.events()).filter(({ event }) => event === 'notice.sent')
    assert.deepEqual(
      [sent?.['channels'], sent?.['to']],
      [
        ['email', 'sms'],
        ['l•••i@kestrel.example', '+86 •••5678'],
      ],
    )
    assert.deepEqual([...of.first.wrong, ...of.second.wrong], [])
  })

  test('goes by the other gateway where the first refuses it', async () => {
    await using of = await openTexting()
    await lock(of)
    of.first.set('refuse')
    await of.app.app.tend()
    assert.deepEqual(
      of.second.texts.map(({ to }) => to),
      [PHONE],
    )
  })

  test('is not texted again where a gateway may have taken it', async () => {
    await using of = await openTexting()
    await lock(of)
    of.first.set('hang')
    const before = of.first.asked()
    for (let hour = 0; hour < 4; hour++) {
      await of.app.app.tend()
      of.app.clock.advance(3600)
    }
    assert.equal(of.first.asked(), before + 1)
    assert.equal(of.second.texts.length, 0)
    assert.equal(notices({ mailbox: of.mailbox }).length, 1)
  })

  test('is not texted to a number that may not be, however the person came by it', async () => {
    await using of = await openTexting()
    for (const [nameKey, phones] of [
      ['dear', ['+19002345678', PHONE]],
      ['far', ['+15062345678', PHONE]],
    ] as const) {
      await addUnchecked(of.app, { nameKey, phones })
      await lock(of, nameKey)
    }
    await of.app.app.tend()
    assert.deepEqual(
      said(of).map(({ to }) => to),
      [PHONE, PHONE],
    )
    assert.equal((await dropped(of.app)).length, 0)
  })

  test('of a changed number goes to the old one as well', async () => {
    await using of = await openTexting()
    await of.app.people.set('desk', 'li.wei', { phones: ['+8613900000001'] })
    await of.app.app.tend()
    assert.deepEqual(
      said(of).map(({ to }) => to),
      [PHONE, '+8613900000001'],
    )
  })

  test('goes by no channel that `notices` leaves out, and by none at all where that is empty', async () => {
    for (const [channels, texts, mails] of [
      [['email'], 0, 1],
      [['sms'], 1, 0],
      [[], 0, 0],
    ] as const) {
      await using of = await openTexting({ notices: { channels } })
      await of.app.people.set('desk', 'li.wei', { phones: ['+8613812345679'], emails: [] })
      await of.app.app.tend()
      assert.deepEqual([Math.min(said(of).length, 1), of.mailbox.mails.length], [texts, mails])
      const why = texts + mails === 0 ? ['no-contact'] : []
      assert.deepEqual(await dropped(of.app), why)
    }
  })
})
