import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent, type Page } from '../support/user-agent.ts'

const shownOn = (page: Page) => /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(page.body)?.[0]

function logged(app: TestApp, requestId: string | undefined) {
  const lines = app.logged.map((line): Record<string, unknown> => JSON.parse(line))
  return lines.find((line) => line['msg'] === 'page' && line['requestId'] === requestId)
}

describe('the request id on a page', () => {
  test('leads through the log to the events of the step-up', async () => {
    await using app = await openApp()
    const { page } = await begin(app, createUserAgent(), { login_hint: 'no.contact' })
    const line = logged(app, shownOn(page))
    assert.equal(line?.['status'], 403)
    const blocked = (await app.events()).find(({ event }) => event === 'step-up.blocked')
    assert.equal(line?.['stepUp'], blocked?.['stepUp'])
  })

  test('is in the log also where a choice is shown, and where no step-up is known', async () => {
    await using app = await openApp()
    const { browser, page } = await begin(app)
    assert.equal(logged(app, shownOn(page))?.['status'], 200)
    const lost = await browser.get(`${app.issuer}/step-up/stp_nobody`)
    assert.deepEqual(
      [logged(app, shownOn(lost))?.['status'], logged(app, shownOn(lost))?.['stepUp']],
      [404, null],
    )
  })
})
