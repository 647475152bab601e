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
/** A number of a mobile phone of each country. */
const NUMBERS = getCountries().map(
  (country) => `+${getCountryCallingCode(country)}${EXAMPLES[country]}`,
)

function libraryOf(text: string): string | undefined {
  const phone = parsePhoneNumberFromString(text, { extract: false })
  return phone?.ext === undefined && phone?.isValid() ? phone.number : undefined
}

describe('a number in E.164', () => {
  test('is certain in almost every country', () => {
    const uncertain = NUMBERS.filter((number) => certainE164(number) !== number)
    // National prefixes that may also begin a number.
    assert.ok(uncertain.length < NUMBERS.length / 20, uncertain.join(' '))
    assert.equal(certainE164('+49 151-0000 0123'), '+4915100000123')
  })

  test('is never anything but what libphonenumber makes of it', () => {
    const digit = fc.constantFrom(...'0123456789')
    const damage = fc.array(fc.tuple(fc.nat(16), digit), { maxLength: 6 })
    const length = fc.constantFrom(-3, -2, -1, 0, 0, 0, 0, 0, 1, 2, 3)
    let certain = 0
    const holds = fc.property(
      fc.constantFrom(...NUMBERS),
      damage,
      length,
      (number, spots, more) => {
        const digits = [...number, '7', '0', '3'].slice(0, number.length + more)
        for (const [at, one] of spots) if (at > 0 && at < digits.length) digits[at] = one
        const text = digits.join('')
        const found = certainE164(text)
        if (found === undefined) return
        certain++
        assert.equal(found, libraryOf(text))
      },
    )
    fc.assert(holds, { seed: 1, numRuns: 100_000 })
    assert.ok(certain > 20_000, `${certain}`)
  })

  test('is certain of nothing that is written in another way', () => {
    for (const text of [
      ...['', '+', '+49', '4915100000123', '004915100000123', '+49 (0)151 00000123'],
      ...['+49  15100000123', ' +4915100000123', '+4915100000123 ', '+4915100000123\n'],
      ...['+49/15100000123', '+４９15100000123', '+49151-00000123-', '+12025550123 x7'],
      ...['+0491510000012', '+99912345678', '+80012345678', '+4911', '+12345678901234567890'],
    ])
      assert.equal(certainE164(text), undefined, text)
  })
})
