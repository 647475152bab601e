/** Enough to recognise an address of one's own, too little to learn it. */
export function maskEmail(address: string): string {
  const at = address.lastIndexOf('@')
  if (at < 1) return DOTS
  const name = [...address.slice(0, at)]
  const [first = ''] = name
  const last = name.length > 2 ? (name.at(-1) ?? '') : ''
  return `${first}${DOTS}${last}${address.slice(at)}`
}

/** An E.164 number with its last four digits, and where it begins: `+1` and `+7` are whole calling codes. */
export function maskPhone(number: string): string {
  const digits = number.replace(/[^0-9]/g, '')
  if (digits.length < 8) return DOTS
  return `+${digits.slice(0, /^[17]/.test(digits) ? 1 : 2)} ${DOTS}${digits.slice(-4)}`
}

const DOTS = '•••'
