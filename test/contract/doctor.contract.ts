import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { instantOf } from '../../src/kernel/index.ts'
import { openApp } from '../support/app.ts'
import { type Authority, createAuthority } from '../support/certificates.ts'
import { createCommandLine } from '../support/command-line.ts'

/** A directory with people in it, its configuration, and what has to be changed there or here for something to be wrong. */
export type DoctorBench = AsyncDisposable & {
  readonly config: Configured
  /** For a server that is there. */
  readonly server: { readonly address: string; readonly names: readonly string[] }
  readonly reader: string
  /** Whom the server says we are. */
  readonly identity: RegExp
  readonly product: RegExp
  /** The DN below which people are, as it is configured, and a branch beside it. */
  readonly baseDn: string
  /** In which people have addresses that the account may not read, and the line that would let it. */
  readonly hidden: Configured & { readonly somebody: string; readonly line: string }
  /** A way to the server by a name that is not in its certificate. */
  readonly misnamed: { readonly server: string; readonly host: string; readonly better: string }
  /** The only one with a phone that is none, and with groups: one, which is within another. */
  readonly somebody: string
}

export type Configured = {
  readonly directory: Readonly<Record<string, unknown>>
  readonly files: Readonly<Record<string, string>>
}

type Changed = {
  readonly directory?: Readonly<Record<string, unknown>>
  readonly files?: Readonly<Record<string, string>>
  /** How far our clock is from that of the machine. */
  readonly seconds?: number
  readonly args?: readonly string[]
}

/** Certificates that last, so that nothing is said of them where all is well. */
export const LASTING_DAYS = 400

/** What `sallyport doctor` says, and what whoever reads it in the night has to change. */
export function doctorContract(
  backend: string,
  options: { readonly skip: string | false },
  open: (authority: Authority) => Promise<DoctorBench>,
): void {
  describe(`sallyport doctor: ${backend}`, options, () => {
    const opened = new AsyncDisposableStack()
    let bench: DoctorBench
    let authority: Authority
    before(async () => {
      authority = opened.use(createAuthority(LASTING_DAYS))
      bench = opened.use(await open(authority))
    })
    after(() => opened.disposeAsync())

    async function doctor({ directory, files, seconds = 0, args = [] }: Changed = {}) {
      const own = { ...bench.config.directory, ...directory }
      const name = String(own['name'])
      await using app = await openApp({
        settings: { factors: ['totp', 'email'], directories: [own] },
        client: { subject: { from: 'par', claim: 'login_hint', directories: [name] } },
        files: { ...bench.config.files, ...files },
      })
      app.clock.set(instantOf(Date.now() + seconds * 1000))
      const { code, out, err } = await createCommandLine(app)(['doctor', ...args])
      assert.equal(err, '')
      const events = (await app.events()).map(({ event }) => event)
      const at = (key: string) => `change directories.${name}.${key}: `
      return { code, out, at, events }
    }

    test('says of a server that is well where it led, how it is secured, whom we are and what can be read', async () => {
      const { code, out } = await doctor()
      assert.doesNotMatch(out, /WRONG|MIND/)
      const { server, identity, product } = bench
      const { address, names } = server
      for (const [what, is] of [
        ['address', new RegExp(`^${address}:\\d+$`)],
        ['TLS', /^TLSv1\.[23]$/],
        ['certificate', /, 399 days left \(until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\)$/],
        ['valid for', new RegExp(`^${names.join(', ')}$`)],
        ['signed by', /^CN=Test CA$/],
        ['signed in as', identity],
        ['to get there', /ms: .* to connect, .* to secure it, .* to sign in$/],
        ['server', product],
        ['keeps', /dc=kestrel,dc=example$/i],
        ['people', /^12 looked at$/],
        ['pages', /^they came in 2, of 10 at most$/],
        ['immutable id', / 12 of 12$/],
        ['emails', /^mail 12 of 12$/],
        ['phones', /^mobile 12 of 12$/],
        ['phones read', /^11 of 12$/],
        ['clock', /^the same as ours$/],
        ['found by id', /^[23] round trips, .* ms$/],
        ['found by name', /^[23] round trips, .* ms$/],
        ['groups', /^somebody is in 1, and with those above them in 2$/],
        ['round trips', /^\d+, .* ms at the median, .* ms the slowest$/],
      ] as const)
        assert.match(factIn(out, what), is, what)
      assert.match(out, /\nAll is well\.\n$/)
      assert.equal(code, 0)
    })

    test('names the account whose password is refused, and where the password is read from', async () => {
      const [file = ''] = Object.keys(bench.config.files).filter((path) => /password/.test(path))
      const { code, out, at } = await doctor({ files: { [file]: 'Another-Secret-1' } })
      assert.equal(code, 1)
      assert.ok(out.includes(`WRONG: the server refuses the password of "${bench.reader}"`), out)
      const todo = `${at('bind.passwordFile')}the password of that account has to be in ${file},`
      assert.ok(out.includes(todo), out)
      // How far it came.
      assert.match(factIn(out, 'certificate'), /399 days left/)
    })

    test('says of a base that is not there how much of it is, and what lies below', async () => {
      const parent = bench.baseDn.replace(/^[^,]*,/, '')
      const wrong = `OU=Poeple,${parent}`
      const { code, out, at } = await doctor({ directory: { baseDn: wrong } })
      assert.equal(code, 1)
      assert.ok(
        out.includes(
          `WRONG: the server has nothing at "${wrong}", or nothing that "${bench.reader}" may see`,
        ),
        out,
      )
      const todo = `${at('baseDn')}the DN below which people are. There is "${parent}", and below it `
      assert.ok(out.includes(todo), out)
      assert.match(out, /and below it .*OU=People/i)
    })

    test('says of a base of another company what the server keeps', async () => {
      const { code, out, at } = await doctor({
        directory: { baseDn: 'OU=People,DC=other,DC=test' },
      })
      assert.equal(code, 1)
      assert.match(out, /WRONG: the server .*"OU=People,DC=other,DC=test"/)
      assert.ok(out.includes(at('baseDn')), out)
      assert.match(out, /This server keeps ".*dc=kestrel,dc=example", and below it .*OU=People/i)
    })

    test('names the authority that is missing, and what the file holds', async () => {
      using stranger = createAuthority()
      const [file = ''] = Object.keys(bench.config.files).filter((path) => /ca\.pem/.test(path))
      const of = async (changed: Changed, now: string) => {
        const { code, out, at } = await doctor(changed)
        assert.equal(code, 1)
        assert.match(
          out,
          /WRONG: the server shows a certificate signed by an authority that is not trusted here: CN=Test CA\n/,
        )
        assert.ok(
          out.includes(
            `${at('tls.caFile')}the certificate (PEM) of CN=Test CA, which whoever runs the server has. ${now}`,
          ),
          out,
        )
        assert.doesNotMatch(out, /signed in as/)
      }
      await of({ directory: { tls: {} } }, 'Nothing is set now, so only public authorities')
      await of({ files: { [file]: stranger.ca } }, 'That file holds an authority of this name with')
      const leaf = stranger.issue('another.test').cert
      await of({ files: { [file]: leaf } }, 'That file holds CN=another.test now')
    })

    test('names the host that is meant, and those that the certificate is for', async () => {
      const { server, host, better } = bench.misnamed
      const { code, out, at } = await doctor({ directory: { servers: [server] } })
      assert.equal(code, 1)
      assert.match(
        out,
        new RegExp(
          `WRONG: the server shows a certificate for .*${better}.*, and not for ${host}\n`,
        ),
      )
      assert.ok(
        out.includes(
          `${at('servers')}a URL with a name that the certificate is for, such as ${better}. `,
        ),
        out,
      )
      assert.match(out, new RegExp(`set directories\\.\\w+\\.tls\\.serverName: ${better}\n`))
    })

    test('names the address at which nothing listens', async () => {
      const { address } = bench.server
      const { code, out, at } = await doctor({ directory: { servers: [`ldaps://${address}:1`] } })
      assert.equal(code, 1)
      assert.ok(
        out.includes(`WRONG: the server refuses connections: nothing listens at ${address}:1\n`),
        out,
      )
      assert.ok(
        out.includes(`${at('servers')}the host and the port where it listens: 636 for ldaps://,`),
        out,
      )
    })

    test('finds out that addresses may not be read, and says which right is missing', async () => {
      const { code, out, at } = await doctor(bench.hidden)
      assert.equal(code, 1)
      assert.match(
        out,
        /WRONG: of \d+ people looked at nobody shows mail, so nobody can be sent a code by email\n/,
      )
      assert.match(
        out,
        /If mail is right, ".*" may not read it; whoever runs the directory can allow it with this .*:\n/,
      )
      assert.ok(out.includes(at('attributes.emails')), out)
      assert.ok(out.includes(`\n      ${bench.hidden.line}\n`), out)
      // Nobody is named.
      assert.doesNotMatch(out, /@kestrel\.example/)
    })

    // A second passes meanwhile.
    for (const [seconds, weighs, apart] of [
      [3 * 3_600, 'WRONG', '3 hours behind'],
      [-90, 'WRONG', '(?:8.|9.) s ahead of'],
      [30, 'MIND', '(?:2.|3.) s behind'],
    ] as const)
      test(`says that one of two clocks is wrong, and both times: ${apart}`, async () => {
        const { code, out } = await doctor({ seconds })
        assert.equal(code, weighs === 'WRONG' ? 1 : 0)
        const time = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC'
        assert.match(
          out,
          new RegExp(
            `${weighs}: its clock is ${apart} ours: it has ${time}, and we have ${time}\n`,
          ),
        )
        assert.match(out, /one of the two is wrong: .* by NTP\. If it is ours, codes of OTP apps/)
      })

    test('says of a certificate that is out of time by our clock that the clock may be wrong', async () => {
      const late = await doctor({ seconds: (LASTING_DAYS + 1) * 86_400 })
      assert.equal(late.code, 1)
      assert.match(
        late.out,
        /WRONG: its certificate has expired: it ended at .* UTC, and our clock says .* UTC\n {4}have it renewed there\. If that is not the time now, it is the clock of this machine/,
      )
      const early = await doctor({ seconds: -86_400 })
      assert.match(
        early.out,
        /WRONG: its certificate is not valid yet: it begins at .* UTC, and our clock says .* UTC\n/,
      )
    })

    test('shows what is seen of one person, how it was read, and which factors that leaves', async () => {
      const { somebody } = bench
      const { code, out, events } = await doctor({ args: ['--user', somebody] })
      assert.equal(code, 0)
      assert.match(out, /^\w+: found\n/)
      assert.match(factIn(out, 'username'), new RegExp(somebody))
      assert.match(factIn(out, 'account'), /^none yet/)
      assert.match(factIn(out, 'id'), /^[0-9a-f-]{36}$/)
      assert.match(factIn(out, 'entry'), new RegExp(somebody, 'i'))
      assert.match(factIn(out, 'phone'), /^mobile: .*\*\*\*.*, left out: no phone number/)
      assert.match(factIn(out, 'email'), /^mail: .\*\*\*@kestrel\.example$/)
      assert.match(out, /\n {2}groups {6}\S.*\n {14}\S.*\n/)
      assert.match(out, /\n {2}factors {5}totp: set up first\n {14}email: asked for\n/)
      assert.ok(!events.includes('contacts.revealed'))

      const full = await doctor({ args: ['--user', somebody, '--reveal'] })
      assert.match(factIn(full.out, 'email'), new RegExp(`^mail: ${somebody}@kestrel\\.example$`))
      assert.ok(full.events.includes('contacts.revealed'))
    })

    test('shows of a person without an address why no factor is left', async () => {
      const { somebody, directory, files } = bench.hidden
      const { code, out } = await doctor({ directory, files, args: ['--user', somebody] })
      assert.equal(code, 0)
      assert.equal(factIn(out, 'email'), 'none')
      assert.match(out, /email: no, there is no address that a code could be sent to\n/)
    })
  })
}

/** `  TLS           TLSv1.3` */
function factIn(out: string, what: string): string {
  const line = out
    .split('\n')
    .find((one) => one.startsWith(`  ${what}  `) || one.startsWith(`  ${what} `))
  return line?.slice(what.length + 2).trim() ?? ''
}
