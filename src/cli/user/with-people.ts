import type { Command } from 'commander'
import type { People } from '../../directories/index.ts'
import type { Desk } from '../desk.ts'
import type { ExitCode } from '../exit.ts'

/** The directory that is named, or the only local one. */
export function withPeople(
  desk: Desk,
  command: Command,
  run: (people: People, operator: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { directory }: { readonly directory?: string } = command.optsWithGlobals()
  const operator = desk.operator(command)
  return desk.withTools(command, async ({ people }) => {
    const names = [...people.keys()]
    const name = directory ?? (names.length === 1 ? names[0] : undefined)
    if (name === undefined) return desk.refuse(`--directory: one of ${names.join(', ')}`)
    const found = people.get(name)
    if (found !== undefined) return run(found, operator)
    return desk.refuse(`no local directory is called so; there are ${names.join(', ')}`)
  })
}
