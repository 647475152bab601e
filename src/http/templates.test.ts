import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { html } from './html.ts'
import { createTemplates } from './templates.ts'

const HOSTILE = `<script>"'&`
const ESCAPED = '&lt;script&gt;&quot;&#39;&amp;'

describe('html', () => {
  test('escapes what is filled in, and what it made itself only once', () => {
    assert.equal(
      `${html`<p title="${HOSTILE}">${html`<b>${HOSTILE}</b>`}</p>`}`,
      `<p title="${ESCAPED}"><b>${ESCAPED}</b></p>`,
    )
  })

  test('prints lists, and nothing for what is absent', () => {
    assert.equal(`${html`${[html`<i></i>`, '<']}${null}${undefined}${0}`}`, '<i></i>&lt;0')
  })

  test('takes nothing for markup because it looks like it', () => {
    const imitation = { toString: () => '<b>' }
    const { templates } = folder({ a: '<%= it.x %>' })
    assert.equal(`${templates.render('a', { x: imitation })}`, '&lt;b&gt;')
  })
})

describe('templates', () => {
  test('escape every value but Html', () => {
    const { templates } = folder({ a: '<p><%= it.x %><%= it.y %></p>' })
    assert.equal(`${templates.render('a', { x: HOSTILE, y: html`<hr>` })}`, `<p>${ESCAPED}<hr></p>`)
  })

  test('come from the first folder that has them', () => {
    const { templates } = folder({ a: 'theme' }, { a: 'ours', b: 'ours' })
    assert.equal(`${templates.render('a', {})}${templates.render('b', {})}`, 'themeours')
  })

  test('are refused when one prints without escaping, in any spelling', () => {
    for (const tag of ['<%~ it.x %>', '<%-~ it.x %>', '<%_~it.x%>', '<% %><%~it.x -%>']) {
      const { templates } = folder({ a: tag })
      assert.throws(() => templates.render('a', { x: 1 }), /a\.eta prints without escaping/, tag)
    }
  })

  test('are all compiled by a check, which names each that cannot be', () => {
    const { templates } = folder({ good: 'x', raw: '<%~ it.x %>', broken: '<% if ( %>' })
    const problems = templates.checkAll()
    assert.deepEqual(problems.map((problem) => /(\w+)\.eta: /.exec(problem)?.[1]).sort(), [
      'broken',
      'raw',
    ])
  })

  test('are missed by a check where their folder is not there', () => {
    const problems = createTemplates({ folders: ['/nowhere/theme'] }).checkAll()
    assert.deepEqual(problems, ['/nowhere/theme: there is no such folder'])
  })

  test('have plain names, so that none is read from elsewhere', () => {
    const { templates } = folder({ a: 'x' })
    for (const name of ['../a', '/etc/passwd', 'a.eta', ''])
      assert.throws(() => templates.render(name, {}), /named plainly/)
  })
})

function folder(...folders: readonly Readonly<Record<string, string>>[]) {
  const root = mkdtempSync(join(tmpdir(), 'sallyport-templates-'))
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  const paths = folders.map((files, at) => {
    const path = join(root, String(at))
    mkdirSync(path)
    for (const [name, source] of Object.entries(files))
      writeFileSync(join(path, `${name}.eta`), source)
    return path
  })
  return { templates: createTemplates({ folders: paths }) }
}
