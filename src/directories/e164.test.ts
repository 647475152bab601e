import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'
import { certainE164 } from './e164.ts'

const EXAMPLES: Readonly<Partial<Record<CountryCode, string>>> = createRequire(import.meta.url)(
  'libphonenumber-js/mobile/examples',
)
/** A number of a mobile phone of each country, as it is written abroad and at home. */
const ABROAD = getCountries().map(
  (country) => [`+${getCountryCallingCode(country)}${EXAMPLES[country]}`, country] as const,
)
const AT_HOME = getCountries().map((country) => [`0${EXAMPLES[country]}`, country] as const)

function libraryOf(text: string, defaultCountry: CountryCode): string | undefined {
  const phone = parsePhoneNumberFromString(text, { extract: false, defaultCountry })
  return phone?.ext === undefined && phone?.isValid() ? phone.number : undefined
}

describe('a number', () => {
  test('is certain in almost every country, where it is written as it is abroad', () => {
    const uncertain = ABROAD.filter(([number]) => certainE164(number, null) !== number)
    // National prefixes that may also begin a number.
    assert.ok(uncertain.length < ABROAD.length / 20, uncertain.join(' '))
    assert.equal(certainE164('+49 151-0000 0123', null), '+4915100000123')
  })

  test('is certain in many countries where it is written as it is at home', () => {
    const certain = AT_HOME.filter(([number, country]) => certainE164(number, country))
    assert.ok(certain.length > AT_HOME.length / 3, `${certain.length}`)
    assert.equal(certainE164('030 901820', 'DE'), '+4930901820')
    for (const country of [null, 'US', 'XX', 'toString', ''])
      assert.equal(certainE164('030 901820', country), undefined)
  })

  test('is never anything but what libphonenumber makes of it', () => {
    const digit = fc.constantFrom(...'0123456789')
    const damage = fc.array(fc.tuple(fc.nat(16), digit), { maxLength: 6 })
    const length = fc.constantFrom(-3, -2, -1, 0, 0, 0, 0, 0, 1, 2, 3)
    const one = fc.constantFrom(...ABROAD, ...AT_HOME)
    let certain = 0
    const holds = fc.property(one, damage, length, ([number, country], spots, more) => {
      const digits = [...number, '7', '0', '3'].slice(0, number.length + more)
      for (const [at, to] of spots) if (at > 0 && at < digits.length) digits[at] = to
      const text = digits.join('')
      const found = certainE164(text, country)
      if (found === undefined) return
      certain++
      assert.equal(found, libraryOf(text, country), `${text} ${country}`)
    })
    fc.assert(holds, { seed: 1, numRuns: 100_000 })
    assert.ok(certain > 20_000, `${certain}`)
  })

  test('is certain in no other spelling', () => {
    for (const text of [
      ...['', '+', '0', '+49', '4915100000123', '004915100000123', '+49 (0)151 00000123'],
      ...['+49  15100000123', ' +4915100000123', '+4915100000123 ', '+4915100000123\n'],
      ...['+49/15100000123', '+４９15100000123', '+49151-00000123-', '+12025550123 x7'],
      ...['+0491510000012', '+99912345678', '+80012345678', '+4911', '+12345678901234567890'],
      ...['(0)30 901820', '030/901820', '030  901820', '30 901820', '0', '030'],
    ])
      assert.equal(certainE164(text, 'DE'), undefined, text)
  })
})
