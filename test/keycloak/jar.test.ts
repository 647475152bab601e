import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { needs } from '../support/needs.ts'

const PROJECT = join(import.meta.dirname, '../../keycloak')
const BYTES_MAX = 100_000

describe('the jar for Keycloak', { ...needs('mvn', 'unzip'), timeout: 300_000 }, () => {
  let folder: string
  let jars: readonly string[]
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-keycloak-jar-'))
    jars = ['one', 'two'].map((name) => built(join(folder, name)))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  test('has classes of Sallyport, and of nobody else', () => {
    const entries = run('unzip', '-Z1', `${jars[0]}`).trim().split('\n')
    const classes = entries.filter((path) => path.endsWith('.class'))
    assert.ok(classes.includes('sallyport/keycloak/SallyportAuthenticator.class'))
    assert.deepEqual(
      classes.filter((path) => !/^sallyport\/keycloak\/[A-Z][\w$]*\.class$/.test(path)),
      [],
    )
    assert.deepEqual(
      entries.filter((path) => !/^(META-INF|sallyport|theme-resources)\//.test(path)),
      [],
    )
    assert.deepEqual(
      entries.filter((path) => path.endsWith('.jar')),
      [],
    )
  })

  test('is small', () => {
    assert.ok(statSync(`${jars[0]}`).size < BYTES_MAX)
  })

  test('is the same bytes wherever it is built', () => {
    const [one, two] = jars.map((jar) =>
      createHash('sha256').update(readFileSync(jar)).digest('hex'),
    )
    assert.equal(one, two)
  })
})

function built(copy: string): string {
  cpSync(join(PROJECT, 'pom.xml'), join(copy, 'pom.xml'))
  cpSync(join(PROJECT, 'src/main'), join(copy, 'src/main'), { recursive: true })
  run('mvn', '-q', '-B', '-f', join(copy, 'pom.xml'), 'package', '-DskipTests')
  return join(copy, 'target/sallyport-keycloak.jar')
}

function run(command: string, ...given: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, given, { encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
  return stdout
}
