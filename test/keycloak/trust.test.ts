import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { needs } from '../support/needs.ts'
import { type Company, openCompany } from './company.ts'
import { assertProven, assertUnproven, ESSENTIAL, tokensOf } from './shop.ts'
import { openSite, PATIENT, type Site } from './site.ts'
import type { Visitor } from './visitor.ts'

const PEOPLE = ['ada', 'bo', 'chen', 'dai', 'eve', 'fang']
const TRUST = 'trust: { hours: 12h, binding: ip }\n'
const OVER_MS = 2_100

describe('what Sallyport does not ask', { ...needs('chromium', 'mvn', 'unzip') }, () => {
  let site: Site
  let company: Company
  before(async () => {
    site = await openSite(async (keycloak, opening) =>
      opening.use(await openCompany(keycloak, PEOPLE, { more: TRUST })),
    )
    company = site.company
  })
  after(() => site?.[Symbol.asyncDispose]())

  test(
    'an older proof passes without a question where its age is allowed, and the tokens say how old it is',
    PATIENT,
    async () => {
      const first = await provedBy('ada')
      await using _ = await set({ maxTrustedAge: '3600' })
      await using ada = await site.visit('ada')
      await ada.signIn()
      const heard = await company.shop.heard(ada.page)
      assertProven(heard)
      assert.equal(tokensOf(heard).idToken['stepup_auth_time'], first)
      assert.equal(tokensOf(heard).accessToken['stepup_auth_time'], first)
      assert.equal(ada.sent.length, 1)

      // Whoever wants a question gets one.
      await ada.begin({ prompt: 'login' })
      await ada.givePassword()
      await isAsked(ada)
      await ada.confirm()
      const again = await company.shop.heard(ada.page)
      assertProven(again)
      assert.ok(Number(tokensOf(again).idToken['stepup_auth_time']) > Number(first))
    },
  )

  test(
    'an older proof is of no use where none is allowed, or it is too old, or max_age says so',
    PATIENT,
    async () => {
      const first = await provedBy('bo')
      await using bo = await site.visit('bo')
      await bo.signIn()
      await isAsked(bo)

      await setTimeout(OVER_MS)
      {
        await using _ = await set({ maxTrustedAge: '1' })
        await using late = await site.visit('bo')
        await late.signIn()
        await isAsked(late)
        await late.confirm()
        const heard = await company.shop.heard(late.page)
        assertProven(heard)
        assert.ok(Number(tokensOf(heard).idToken['stepup_auth_time']) > Number(first))
      }
      await using _ = await set({ maxTrustedAge: '3600' })
      await using strict = await site.visit('bo')
      await strict.signIn({ max_age: '1800' })
      await isAsked(strict)
    },
  )

  test(
    'what one person proved is no other’s, in the same browser and from the same address',
    PATIENT,
    async () => {
      await using _ = await set({ maxTrustedAge: '3600' })
      await using chen = await site.visit('chen')
      await chen.signIn()
      await chen.confirm()
      assertProven(await company.shop.heard(chen.page))
      await company.admin('POST', `/users/${(await company.userOf('chen')).id}/logout`)
      await chen.begin()
      await chen.givePassword(chen.page, 'dai')
      await isAsked(chen)
    },
  )

  test(
    'whom nobody asks passes only where that is accepted, and never as the level',
    PATIENT,
    async () => {
      company.command('user', 'set', 'eve', '--status', 'disabled')
      await using eve = await site.visit('eve')
      await eve.signIn()
      await eve.page.getByRole('link', { name: /^Back to/ }).click()
      assert.match(await eve.complaint(), /no second factor that is enough/)
      await using _ = await set({ acceptExempt: 'true' })
      await eve.page.locator('#kc-sallyport-retry').click()
      assertUnproven(await company.shop.heard(eve.page), 'exempt')
      // The next application that asks is not told a level either, and one that insists is refused.
      await eve.begin()
      assertUnproven(await company.shop.heard(eve.page), 'exempt')
      await eve.begin({ prompt: 'login' })
      await eve.givePassword()
      assertUnproven(await company.shop.heard(eve.page), 'exempt')
      await eve.begin(ESSENTIAL)
      await eve.page.getByRole('link', { name: /^Back to/ }).click()
      assert.match(await eve.complaint(), /no second factor that is enough/)
    },
  )

  test(
    'a pass without a question takes back what the session said of an earlier proof',
    PATIENT,
    async () => {
      await using fang = await site.visit('fang')
      await fang.signIn()
      await fang.confirm()
      assertProven(await company.shop.heard(fang.page))
      company.command('user', 'set', 'fang', '--status', 'disabled')
      await using _ = await set({ acceptExempt: 'true' })
      await fang.begin({ prompt: 'login' })
      await fang.givePassword()
      assertUnproven(await company.shop.heard(fang.page), 'exempt')
    },
  )

  /** When, as the tokens have it. */
  async function provedBy(username: string): Promise<unknown> {
    await using visitor = await site.visit(username)
    await visitor.signIn()
    await visitor.confirm()
    const heard = await company.shop.heard(visitor.page)
    assertProven(heard)
    return tokensOf(heard).idToken['stepup_auth_time']
  }

  const isAsked = ({ page }: Visitor) =>
    page.getByRole('button', { name: /Email me a code/ }).waitFor()

  /** Until the end of the block. */
  async function set(settings: Readonly<Record<string, string>>): Promise<AsyncDisposable> {
    await company.set(settings)
    return {
      [Symbol.asyncDispose]: () => company.set({ maxTrustedAge: '0', acceptExempt: 'false' }),
    }
  }
})
