/** The end of a DN that names a domain: `DC=corp,DC=example,DC=com` is `corp.example.com`. */
export type Domain = { readonly dn: string; readonly dns: string }

const COMPONENT = /^\s*dc\s*=\s*([a-z0-9_-]+)\s*$/i

/** Undefined where there is none, as above people in most directories that are not Active Directory. */
export function domainOf(dn: string): Domain | undefined {
  const parts = dn.split(',')
  let from = parts.length
  const labels: string[] = []
  while (from > 0) {
    const label = COMPONENT.exec(parts[from - 1] ?? '')?.[1]
    // Behind a backslash the comma is part of a value, whatever that value looks like.
    if (label === undefined || parts[from - 2]?.endsWith('\\')) break
    labels.unshift(label)
    from--
  }
  if (labels.length === 0) return undefined
  const whole = parts.slice(from).map((part) => part.trim())
  return { dn: whole.join(','), dns: labels.join('.').toLowerCase() }
}

const ESCAPE = /\\([0-9a-f]{2}|.)/gi
const SPECIAL = '"+,;<>\\'

/**
 * One spelling of a DN whichever escapes a server prefers (RFC 4514 §2.4): a comma is `\,` and no `\2C`. Case and spaces
 * between its parts stay as they are.
 */
export const plainDn = (dn: string): string =>
  dn.replace(ESCAPE, (written, what: string, at: number) => {
    const character = what.length === 2 ? String.fromCharCode(Number.parseInt(what, 16)) : what
    if (SPECIAL.includes(character)) return `\\${character}`
    if (character === '=') return '='
    // A space or a # is escaped only at an end of a value.
    const isFirst = /[=][ ]*$/.test(dn.slice(0, at))
    if (character === '#') return isFirst ? '\\#' : '#'
    return character === ' ' ? '\\ ' : written.toLowerCase()
  })
