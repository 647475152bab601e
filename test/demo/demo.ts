/** `npm run demo`, and `npm run demo -- --check`. */
import { join } from 'node:path'
import { check } from './check.ts'
import { startWorld } from './world.ts'

const folder = join(import.meta.dirname, '../../demo-data')
const say = (line: string) => console.log(line)

if (process.argv.includes('--check')) {
  try {
    await using world = await startWorld(folder)
    await check(world, say)
    say('\nEverything is as it should be.')
  } catch (error) {
    say(`\nIt broke here: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
} else {
  await using world = await startWorld(folder)
  say(`
  Open  ${world.app}   the demo application; sign in there
        ${world.outboxPage}   the outbox: every mail that was sent

  Users ${world.users.map(({ username, password }) => `${username} / ${password}`).join('   ')}

  Sallyport itself is at ${world.sallyport}, its metrics at ${world.metrics}
  What it keeps is in demo-data/. Ctrl-C stops everything.
`)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
