import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { openApp } from '../support/app.ts'
import { guess, ONLY_APP, withOtpApp } from '../support/attack.ts'
import { needs } from '../support/needs.ts'

type Rule = { readonly alert: string; readonly expr: string }
type Series = Readonly<Record<string, string>>

const FILE = fileURLToPath(new URL('../../docs/prometheus-alerts.yaml', import.meta.url))
const RULES: readonly Rule[] = parse(readFileSync(FILE, 'utf8')).groups[0].rules
const folder = mkdtempSync(join(tmpdir(), 'sallyport-alerts-'))
after(() => rmSync(folder, { recursive: true }))

/** Whether an alert fires after an hour of these series, a value a minute. */
function firesAt(alert: string, series: Series): boolean {
  const expr = RULES.find((rule) => rule.alert === alert)?.expr
  assert.ok(expr !== undefined, alert)
  const expected = [{ expr: `count(${expr})`, eval_time: '1h', exp_samples: [] }]
  const input_series = Object.entries(series).map(([name, values]) => ({ series: name, values }))
  const file = join(folder, 'test.yaml')
  writeFileSync(
    file,
    stringify({ tests: [{ interval: '1m', input_series, promql_expr_test: expected }] }),
  )
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], {
    encoding: 'utf8',
  })
  assert.ok(status === 0 || /exp:\s*nil\s*got:.* 1E\+00/is.test(stdout + stderr), stdout + stderr)
  return status !== 0
}

const answers = (verdict: string) =>
  `sallyport_answers_total{factor="totp",verdict="${verdict}",instance="a"}`

describe('the example alerts', () => {
  test('are taken by promtool', needs('promtool'), () => {
    const checked = spawnSync('promtool', ['check', 'rules', FILE], { encoding: 'utf8' })
    assert.equal(checked.status, 0, checked.stdout + checked.stderr)
  })

  test('see one guess at each of a thousand accounts, over two replicas', needs('promtool'), () => {
    const alert = 'SallyportGuessesAtManyAccounts'
    const of = (instance: string) => `sallyport_guesses_accounts_open{instance="${instance}"}`
    assert.ok(firesAt(alert, { [of('a')]: '0+8x60', [of('b')]: '0+9x60' }))
    assert.ok(firesAt(alert, { [of('a')]: '11x60', [of('b')]: '10x60' }))
    assert.ok(!firesAt(alert, { [of('a')]: '3x60', [of('b')]: '4x60' }))
  })

  test('see more wrong answers than right ones, and not a busy morning', needs('promtool'), () => {
    const alert = 'SallyportMoreWrongAnswersThanRight'
    assert.ok(firesAt(alert, { [answers('rejected')]: '0+10x60', [answers('accepted')]: '0+1x60' }))
    assert.ok(
      !firesAt(alert, { [answers('rejected')]: '0+10x60', [answers('accepted')]: '0+90x60' }),
    )
    assert.ok(!firesAt(alert, { [answers('rejected')]: '0+1x60', [answers('accepted')]: '0x60' }))
  })

  test('see many accounts locked', needs('promtool'), () => {
    const lockouts = 'sallyport_lockouts_total{factor="totp"}'
    assert.ok(firesAt('SallyportManyFactorsLocked', { [lockouts]: '0+1x60' }))
    assert.ok(!firesAt('SallyportManyFactorsLocked', { [lockouts]: '0+0x30 3+0x30' }))
  })

  test('read series that the metrics have', async () => {
    await using app = await openApp(ONLY_APP)
    const names = ['ann', 'ben', 'cat']
    for (const name of names) {
      await withOtpApp(app, name)
      await guess(app, 1, name)
    }
    const body = await (await fetch(`${app.managementUrl}/metrics`)).text()
    for (const name of RULES.flatMap(({ expr }) => expr.match(/sallyport_\w+/g) ?? []))
      assert.match(body, new RegExp(`^${name}\\b`, 'm'))
    for (const line of ['', '_accounts', '_accounts_open'].map((of) => `sallyport_guesses${of} 3`))
      assert.ok(body.includes(`\n${line}\n`), line)
    app.clock.advance(3600)
    const later = await (await fetch(`${app.managementUrl}/metrics`)).text()
    assert.match(later, /^sallyport_guesses_accounts 0$/m)
  })
})
