import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { copyAuthority } from '../support/certificates.ts'
import { needs } from '../support/needs.ts'
import type { Inhabitant } from '../support/population/people.ts'
import { openCompany } from './company.ts'
import { confirmByApp, confirmByText, setUpApp } from './factors.ts'
import { federate, openSambaStore, openSlapdStore, type Store } from './federation.ts'
import { emailOf } from './realm.ts'
import { assertProven, tokensOf } from './shop.ts'
import { openSite, PATIENT, type Site } from './site.ts'

const FACTORS = ['email', 'text', 'totp'] as const
const STORES = {
  local: 'Keycloak’s own store',
  ldap: 'OpenLDAP',
  corp: 'Active Directory',
} as const

/** Their name in Keycloak. */
const nameOf = (store: string, factor: string) => `${store}-${factor}`

/**
 * Keycloak knows people of directories by `cn`, Sallyport by the login. Each login is what somebody else is called in Keycloak: by
 * name everybody would be taken for another.
 */
const staff = (store: string): readonly Inhabitant[] =>
  FACTORS.map((factor, n) => {
    const name = nameOf(store, factor)
    return {
      ...{ name, login: nameOf(store, FACTORS[(n + 1) % FACTORS.length] ?? '') },
      ...{ mails: [emailOf(name)], mobiles: [phoneOf(store, n)], telephones: [], language: null },
      ...{ unit: 'Ops', state: 'enabled' },
    }
  })

const phoneOf = (store: string, n: number) =>
  `+86138123450${Object.keys(STORES).indexOf(store)}${n}`
const OWN = FACTORS.map((factor) => nameOf('local', factor))
const SETTINGS = 'factors: [totp, email, sms]\n'

describe('a person whom Keycloak has the password of', {
  ...needs('chromium', 'mvn', 'unzip', 'oathtool', 'slapd', 'samba'),
}, () => {
  let site: Site
  const stores: Record<string, Store> = {}
  before(async () => {
    site = await openSite(async (keycloak, opening) => {
      const authority = opening.use(copyAuthority(keycloak.authority))
      const slapd = await openSlapdStore(opening, authority, staff('ldap'))
      const samba = await openSambaStore(opening, authority, staff('corp'))
      Object.assign(stores, { ldap: slapd, corp: samba })
      const step = { directories: `${slapd.provider}=ldap, ${samba.provider}=corp` }
      const directories = [slapd.written, samba.written]
      const company = opening.use(
        await openCompany(keycloak, OWN, { settings: step, more: SETTINGS, directories }),
      )
      for (const store of [slapd, samba]) await federate(company, store)
      company.command(
        'user',
        'set',
        nameOf('local', 'text'),
        '--phone',
        phoneOf('local', FACTORS.indexOf('text')),
      )
      return company
    })
  })
  after(() => site?.[Symbol.asyncDispose]())

  for (const [store, called] of Object.entries(STORES)) {
    test(`in ${called} confirms by a code by email`, PATIENT, async () => {
      await using person = await site.visit(nameOf(store, 'email'))
      await person.signIn()
      await person.confirm()
      assertProven(await site.company.shop.heard(person.page))
    })

    test(`in ${called} confirms by a text message`, PATIENT, async () => {
      await using person = await site.visit(nameOf(store, 'text'))
      await person.signIn()
      assert.equal(
        await confirmByText(person, site.company),
        phoneOf(store, FACTORS.indexOf('text')),
      )
      assertProven(await site.company.shop.heard(person.page), ['sms', 'otp'])
      assert.deepEqual(site.company.gateway.wrong, [])
    })

    test(`in ${called} sets up an OTP app, and confirms by it`, PATIENT, async () => {
      const name = nameOf(store, 'totp')
      await using first = await site.visit(name)
      await first.signIn()
      const app = await setUpApp(first)
      assertProven(await site.company.shop.heard(first.page))

      // The app stays theirs whatever they are called by then.
      stores[store]?.rename(name, `renamed.${store}`)
      await using again = await site.visit(name)
      await again.signIn()
      await confirmByApp(again, app)
      const heard = await site.company.shop.heard(again.page)
      assertProven(heard)
      assert.equal(tokensOf(heard).idToken['preferred_username'], name)
      assert.equal(again.mails(), 1)
    })
  }
})
