import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Command } from 'commander'
import type { CompanyPeople, People } from '../../directories/index.ts'
import { Fault, fail, ok } from '../../kernel/index.ts'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import type { Tools } from '../tools.ts'
import { withPerson } from './with-person.ts'

type Answer = 'somebody' | 'nobody' | 'silent'

/** One local directory and two of the company, each with its answer. */
async function asked(answers: readonly [Answer, Answer, Answer], directory?: string) {
  const said: string[] = []
  const [local, corp, ldap] = answers.map((answer, n) => ({
    async whom() {
      if (answer === 'silent') throw new Fault('directory.unavailable', 'no answer')
      return answer === 'somebody'
        ? ok({ account: null, username: 'ann' })
        : fail([`has nobody (${n})`])
    },
  }))
  const tools = {
    people: new Map([['local', local as unknown as People]]),
    company: new Map(
      [
        ['corp', corp],
        ['ldap', ldap],
      ].map(([name, one]) => [String(name), one as unknown as CompanyPeople]),
    ),
  } as unknown as Tools
  const desk = {
    operator: () => 'ada',
    withTools: (_: Command, run: (tools: Tools) => Promise<unknown>) => run(tools),
    refuse(problems: readonly string[] | string) {
      said.push(...[problems].flat())
      return EXIT.problem
    },
  } as unknown as Desk
  const command = new Command('show').option('--directory <name>')
  if (directory !== undefined) command.setOptionValue('directory', directory)
  let found = 'none'
  await withPerson(desk, command, 'ann', async (helpDesk) => {
    const named = [...tools.people, ...tools.company].find(([, one]) => one === helpDesk)
    found = named?.[0] ?? 'none'
    return EXIT.ok
  })
  return { found, said }
}

describe('a person whom an operator names', () => {
  test('is looked for everywhere, and found where they alone are known', async () => {
    for (const [answers, where] of [
      [['somebody', 'nobody', 'nobody'], 'local'],
      [['nobody', 'nobody', 'somebody'], 'ldap'],
    ] as const)
      assert.deepEqual(await asked(answers), { found: where, said: [] })
  })

  test('is nobody where no directory has them, and each says so', async () => {
    assert.deepEqual(await asked(['nobody', 'nobody', 'nobody']), {
      found: 'none',
      said: ['local: has nobody (0)', 'corp: has nobody (1)', 'ldap: has nobody (2)'],
    })
  })

  test('is to be said whose, where several have one', async () => {
    assert.deepEqual(await asked(['somebody', 'nobody', 'somebody']), {
      found: 'none',
      said: ['say which is meant: --directory local or --directory ldap'],
    })
  })

  test('is not taken for certain while a directory is silent that may have them', async () => {
    assert.deepEqual(await asked(['somebody', 'silent', 'nobody']), {
      found: 'none',
      said: ['corp: no answer', 'say which is meant: --directory local or --directory corp'],
    })
    assert.equal((await asked(['nobody', 'silent', 'nobody'])).found, 'none')
  })

  test('is looked for in the directory that is named alone', async () => {
    assert.equal((await asked(['somebody', 'silent', 'somebody'], 'ldap')).found, 'ldap')
    assert.deepEqual((await asked(['somebody', 'nobody', 'nobody'], 'other')).said, [
      'no directory is called so; there are local, corp, ldap',
    ])
  })
})
