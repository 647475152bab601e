import { fail, ok, type Result } from '../kernel/index.ts'

/** Those that the jar knows too. */
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/
const REALM = /\/realms\/([^/]+)$/
/** What is taken for one of the two: the address in the browser of whoever sets it up. */
const CONSOLE = /^(.*)\/admin\/[^/]+\/console(?:.*#\/([^/?]+))?/

/** Nobody in between reads or changes it. */
export const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))

/** Where answers go: fixed in the jar. */
export const callbackOf = (realmUrl: string): string => `${realmUrl}/sallyport/callback`

/** `https://sso.example.com/realms/acme`, or what is wrong with it. */
export function parseRealmUrl(written: string): Result<string, string> {
  const wanted = 'wanted: the issuer of the realm, such as https://sso.example.com/realms/acme'
  const [, base, named] = CONSOLE.exec(written) ?? []
  if (base !== undefined)
    return fail(
      `${written} is the admin console; the realm is at ${base}/realms/${named ?? 'NAME'}`,
    )
  const plain = parsePlain(written, wanted)
  if (!plain.ok) return plain
  if (written.endsWith('/'))
    return fail(`${written} ends with a slash, which no issuer of Keycloak does; ${wanted}`)
  if (!REALM.test(plain.value.pathname))
    return fail(`${written} does not end with /realms/NAME; ${wanted}`)
  if (!isDecodable(plain.value.pathname))
    return fail(`${written} has a % that begins no character; ${wanted}`)
  return ok(written)
}

/** `https://sso.example.com`, with whatever path all of Keycloak is below. */
export function parseServerUrl(written: string): Result<string, string> {
  const wanted = 'wanted: the address of the server, such as https://sso.example.com'
  const [, base] = CONSOLE.exec(written) ?? []
  if (base !== undefined) return fail(`${written} is the admin console; the server is at ${base}`)
  const plain = parsePlain(written, wanted)
  if (!plain.ok) return plain
  const server = written.replace(/\/+$/, '')
  const [realm, name] = REALM.exec(server) ?? []
  if (realm !== undefined)
    return fail(
      `${written} is a realm; the server is at ${server.slice(0, -realm.length)}, and --realm says ${name}`,
    )
  return ok(server)
}

function parsePlain(written: string, wanted: string): Result<URL, string> {
  const url = URL.parse(written)
  if (url === null) return fail(`${written} is no URL; ${wanted}`)
  // Not said again: it may hold a password.
  if (url.username !== '' || url.password !== '')
    return fail(`the URL carries a user name or password; ${wanted}`)
  if (!isSafe(url)) return fail(`${written} is neither https nor http on loopback; ${wanted}`)
  if (/[?#]/.test(written)) return fail(`${written} has a query or a fragment; ${wanted}`)
  const { href } = url
  if (href !== written && href !== `${written}/`)
    return fail(`${written} is not how browsers write it, and addresses are compared: ${href}`)
  return ok(url)
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
