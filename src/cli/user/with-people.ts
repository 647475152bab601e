import type { Command } from 'commander'
import type { People } from '../../directories/index.ts'
import { fail, ok, type Result } from '../../kernel/index.ts'
import type { Desk } from '../desk.ts'
import type { ExitCode } from '../exit.ts'
import type { Tools } from '../tools.ts'

/** Who is kept elsewhere is added, removed and disabled there. */
export function withPeople(
  desk: Desk,
  command: Command,
  run: (people: People, operator: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { directory }: { readonly directory?: string } = command.optsWithGlobals()
  const operator = desk.operator(command)
  return desk.withTools(command, async (tools) => {
    const found = localPeople(tools, directory)
    return found.ok ? run(found.value, operator) : desk.refuse(found.error)
  })
}

/** Of the local directory that is named, or of the only one. */
export function localPeople(
  { people, company }: Pick<Tools, 'people' | 'company'>,
  directory: string | undefined,
): Result<People, string> {
  const names = [...people.keys()]
  const name = directory ?? (names.length === 1 ? names[0] : undefined)
  if (name !== undefined && company.has(name))
    return fail(`the people of ${name} are kept there: add, remove or disable them there`)
  if (names.length === 0) return fail('no local directory is configured')
  if (name === undefined) return fail(`--directory: one of ${names.join(', ')}`)
  const found = people.get(name)
  if (found !== undefined) return ok(found)
  return fail(`no local directory is called so; there are ${names.join(', ')}`)
}
