import { relative } from 'node:path'
import type { DemoDirectory } from './directory.ts'
import type { DemoWorld } from './world.ts'

/** What a newcomer reads once everything runs. */
export function welcome(world: DemoWorld, directory: DemoDirectory | undefined): string {
  return `
  Open  ${world.app}   the demo application; sign in there
        ${world.outboxPage}   the outbox: every mail that was sent

${directory === undefined ? usersOf(world) : staffOf(world, directory)}
  Sallyport itself is at ${world.sallyport}, its metrics at ${world.metrics}
  What it keeps is in ${relative('', world.folder)}/. Ctrl-C stops everything.
`
}

const usersOf = ({ users }: DemoWorld): string => `\
  Users ${users.map(({ username, password }) => `${username} / ${password}`).join('   ')}
`

function staffOf(world: DemoWorld, { shown, users }: DemoDirectory): string {
  const rows = users.map(({ username, shows }) => `        ${padded(username)}${shows}`)
  const [first] = users
  const command = (line: string) =>
    `        node src/launch.js ${line} --config ${relative('', world.config)}`
  return `\
  Users in ${shown}, each with the password ${first?.password ?? ''}
${rows.join('\n')}

  Names ${first?.username ?? ''} may be typed as ${first?.names.slice(1).join(', ') ?? ''};
        the others likewise

  See   what Sallyport sees, in another terminal:
${command('doctor')}
${command('people nora')}
`
}

const WIDTH = 9

/** Han characters are twice as wide. */
function padded(name: string): string {
  const wide = [...name].filter((character) => /\p{Script=Han}/u.test(character)).length
  return name.padEnd(WIDTH - wide)
}
