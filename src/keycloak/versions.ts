/**
 * Holes of Keycloak that touch sign-in flows, and the releases that close them, one for each line that was mended. Each is to
 * be looked up under its CVE id: none of them was tried on a server by us. That a line below the newest mended one has the
 * hole where it is not listed, and that no line above has it, is concluded from the list and not said by anybody.
 */
const HOLES: readonly Hole[] = [
  {
    id: 'CVE-2026-18963',
    what: 'an account is taken over through the reset of a password (9.1 of 10)',
    closedIn: ['26.4.15', '26.6.6', '26.7.2'],
    weighs: 'wrong',
  },
  {
    id: 'CVE-2026-16089',
    what: 'an authorization code is used for another client',
    closedIn: ['26.7.3'],
    weighs: 'wrong',
  },
  {
    id: 'CVE-2026-11800',
    what: 'a token passes under another algorithm than it was signed with',
    closedIn: ['26.6.4'],
    weighs: 'wrong',
  },
  {
    id: 'CVE-2026-7571',
    what: 'the state of a login is forged (client_data)',
    closedIn: ['26.6.2'],
    weighs: 'wrong',
  },
  {
    id: 'CVE-2026-3429',
    what: 'a session of level 1 removes factors of level 2',
    closedIn: ['26.4.11', '26.5.7'],
    weighs: 'wrong',
  },
  {
    id: 'CVE-2026-16103',
    what: 'locks are passed through CIBA',
    closedIn: ['26.7.5'],
    weighs: 'mind',
    isOnlyCiba: true,
  },
]

type Hole = {
  readonly id: string
  readonly what: string
  /** Oldest line first. */
  readonly closedIn: readonly string[]
  readonly weighs: 'wrong' | 'mind'
  /** It takes a client that may use CIBA. */
  readonly isOnlyCiba?: true
}

export function holesOf(version: string, hasCiba: boolean): readonly Hole[] {
  const parsed = parseVersion(version)
  if (parsed === undefined) return []
  return HOLES.filter(
    ({ closedIn, isOnlyCiba }) =>
      (hasCiba || !isOnlyCiba) &&
      !isClosed(
        parsed,
        closedIn.flatMap((one) => parseVersion(one) ?? []),
      ),
  )
}

type Version = { readonly line: number; readonly patch: number }

function isClosed({ line, patch }: Version, closedIn: readonly Version[]): boolean {
  const own = closedIn.find((one) => one.line === line)
  if (own !== undefined) return patch >= own.patch
  return closedIn.every((one) => line > one.line)
}

function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /^(\d{1,4})\.(\d{1,4})\.(\d{1,4})/.exec(text) ?? []
  if (major === undefined) return undefined
  return { line: Number(major) * 10_000 + Number(minor), patch: Number(patch) }
}
