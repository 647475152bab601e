import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { needs } from '../support/needs.ts'

const DEMO = fileURLToPath(new URL('../demo/demo.ts', import.meta.url))
/** It starts a Keycloak of its own, on a machine that has others to run. */
const TIMEOUT = { timeout: 420_000 }

const JAVA_17 = { java: 'openjdk version "17.0.15"', javac: 'javac 17.0.15' }
const MAVEN = { mvn: 'Apache Maven 3.8.7' }
const MISSING = [
  {
    what: 'nothing is installed',
    tools: {},
    says: [
      /Java's java is not here\./,
      /Maven/,
      /unzip/,
      /`apt-get install .* default-jdk-headless`\./,
    ],
  },
  {
    what: 'Java is a mere JRE',
    tools: { ...MAVEN, unzip: '', java: JAVA_17.java },
    says: [/^Java's javac is not here\.$/m],
  },
  {
    what: 'Java is too old',
    tools: { ...MAVEN, unzip: '', java: 'openjdk version "11.0.2"', javac: 'javac 11.0.2' },
    says: [
      /^Java's java is 11\.0\.2, which is too old\.$/m,
      /openjdk-17-jdk-headless.*export JAVA_HOME=/,
    ],
  },
  {
    what: 'Maven is too old',
    tools: { ...JAVA_17, mvn: 'Apache Maven 3.5.4', unzip: '' },
    says: [/^Maven is 3\.5\.4,/m],
  },
]

/** All that it has for temporary files is a folder of this run, so that what is left there is its own. */
async function demo(
  words: readonly string[],
  {
    env = {},
    watch = () => {},
  }: { env?: NodeJS.ProcessEnv; watch?: (child: ChildProcess) => void } = {},
) {
  const within = mkdtempSync(join(tmpdir(), 'sallyport-demo-'))
  const [folder, temporary] = [join(within, 'data'), join(within, 'tmp')]
  mkdirSync(temporary)
  const said = { out: '', err: '' }
  const child = execFile(
    process.execPath,
    [DEMO, '--keycloak', ...words, '--folder', folder],
    { env: { ...process.env, TMPDIR: temporary, NODE_DISABLE_COMPILE_CACHE: '1', ...env } },
    (_error, out, err) => Object.assign(said, { out, err }),
  )
  watch(child)
  const [code] = await once(child, 'close')
  const left = spawnSync('pgrep', ['-f', within], { encoding: 'utf8' }).stdout
  const hasKept = existsSync(folder) || spawnSync('ls', [temporary], { encoding: 'utf8' }).stdout
  rmSync(within, { recursive: true })
  return { code, left, hasKept, ...said }
}

describe('the demo with Keycloak', () => {
  const here = needs('chromium', 'mvn', 'unzip')

  test('goes the way from the password to the tokens by itself', {
    ...here,
    ...TIMEOUT,
  }, async () => {
    const { code, out, err, left, hasKept } = await demo(['--check'])
    assert.equal(code, 0, `${out}${err}`)
    const told = [...out.matchAll(/=> .*, acr (\S+), stepup_amr (\S+),/g)].map(([, ...two]) => two)
    assert.deepEqual(told, [
      ['mfa', '["otp"]'],
      ['pwd', 'undefined'],
      ['mfa', '["otp"]'],
    ])
    assert.deepEqual({ left, hasKept }, { left: '', hasKept: '' })
  })

  test('ends whatever it has started when it is told to stop', {
    ...here,
    ...TIMEOUT,
  }, async () => {
    const { code, out, left, hasKept } = await demo([], {
      watch: (child) => {
        child.stdout?.on('data', (text: string) => {
          if (/^Starting Keycloak/m.test(text)) setTimeout(() => child.kill('SIGINT'), 1000)
        })
      },
    })
    assert.match(out, /Starting Keycloak.*\n(?:.*\n)*\nStopping\.\n$/)
    assert.deepEqual({ code, left, hasKept }, { code: 0, left: '', hasKept: '' })
  })

  for (const { what, tools, says } of MISSING)
    test(`says what to do where ${what}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sallyport-tools-'))
      for (const [name, version] of Object.entries(tools)) {
        writeFileSync(join(folder, name), `#!/bin/sh\necho '${version}'\n`)
        chmodSync(join(folder, name), 0o755)
      }
      writeFileSync(join(folder, 'which'), `#!/bin/sh\n[ -x "${folder}/$1" ]\n`, { mode: 0o755 })
      const { code, out, err, hasKept } = await demo([], {
        env: { PATH: folder, JAVA_HOME: undefined },
      })
      rmSync(folder, { recursive: true })
      assert.deepEqual({ code, out, hasKept }, { code: 1, out: '', hasKept: '' })
      for (const say of says) assert.match(err, say)
    })

  test('is no demo with a directory', async () => {
    const { code, err } = await demo(['--directory', 'slapd'])
    assert.equal(code, 64)
    assert.match(err, /--keycloak/)
  })
})
