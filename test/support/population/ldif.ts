type Attributes = Readonly<Record<string, string | readonly string[]>>

/** RFC 2849. What is no plain ASCII, or would be read as something else, is written in base64. */
export function ldifEntry(dn: string, attributes: Attributes): string {
  const lines = Object.entries(attributes).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) => ldifLine(name, one)),
  )
  return [ldifLine('dn', dn), ...lines, '', ''].join('\n')
}

export function ldifLine(name: string, value: string): string {
  const isSafe = /^(?![ :<])[\x20-\x7e]*(?<! )$/.test(value)
  return isSafe ? `${name}: ${value}` : `${name}:: ${Buffer.from(value).toString('base64')}`
}

/** RFC 4514 §2.4; a `=` may be escaped, and Samba wants it to be. */
export function escapedRdn(value: string): string {
  return value
    .replace(/["+,;<>\\=]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ')
}
