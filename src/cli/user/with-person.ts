import type { Command } from 'commander'
import type { Config } from '../../config/index.ts'
import type { HelpDesk, Problems } from '../../directories/index.ts'
import { Fault } from '../../kernel/index.ts'
import type { Desk } from '../desk.ts'
import type { ExitCode } from '../exit.ts'
import type { Tools } from '../tools.ts'

/**
 * Runs with the help desk of whoever has that person: of the directory that is named, else of the one that knows them. Where
 * several do, or one of them gives no certain answer, an operator says which is meant.
 */
export function withPerson(
  desk: Desk,
  command: Command,
  who: string,
  run: (helpDesk: HelpDesk, operator: string, tools: Tools, config: Config) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { directory }: { readonly directory?: string } = command.optsWithGlobals()
  const operator = desk.operator(command)
  return desk.withTools(command, async (tools, config) => {
    const all = new Map<string, HelpDesk>([...tools.people, ...tools.company])
    if (directory !== undefined) {
      const named = all.get(directory)
      if (named !== undefined) return run(named, operator, tools, config)
      return desk.refuse(`no directory is called so; there are ${[...all.keys()].join(', ')}`)
    }
    const [only, another] = [...all.values()]
    if (only !== undefined && another === undefined) return run(only, operator, tools, config)

    const looked = await Promise.all([...all].map(([name, one]) => look(name, one, who)))
    const known = looked.filter(({ found }) => found === 'somebody')
    const [one, more] = known
    const unsure = looked.filter(({ found }) => found === 'unsure')
    if (one !== undefined && more === undefined && unsure.length === 0)
      return run(one.helpDesk, operator, tools, config)
    if (known.length === 0) return desk.refuse(looked.flatMap(({ says }) => says))
    return desk.refuse([
      ...unsure.flatMap(({ says }) => says),
      `say which is meant: ${looked
        .filter(({ found }) => found !== 'nobody')
        .map(({ name }) => `--directory ${name}`)
        .join(' or ')}`,
    ])
  })
}

type Looked = {
  readonly name: string
  readonly helpDesk: HelpDesk
  readonly found: 'somebody' | 'nobody' | 'unsure'
  readonly says: Problems
}

async function look(name: string, helpDesk: HelpDesk, who: string): Promise<Looked> {
  try {
    const whom = await helpDesk.whom(who)
    if (whom.ok) return { name, helpDesk, found: 'somebody', says: [] }
    return { name, helpDesk, found: 'nobody', says: whom.error.map((one) => `${name}: ${one}`) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { name, helpDesk, found: 'unsure', says: [`${name}: ${error.message}`] }
  }
}
