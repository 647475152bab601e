import { Command } from 'commander'
import type { Desk } from '../desk.ts'
import { add } from './add.ts'
import { bindCode, bypassCode } from './codes.ts'
import { erase, remove } from './end.ts'
import { resetFactor, unlock } from './help-desk.ts'
import { importPeople } from './import.ts'
import { list } from './list.ts'
import { set } from './set.ts'
import { show } from './show.ts'
import { disable, enable } from './state.ts'

const COMMANDS = [
  add,
  show,
  list,
  set,
  disable,
  enable,
  remove,
  importPeople,
  resetFactor,
  unlock,
  bindCode,
  bypassCode,
  erase,
]

/** WHO is a name in any spelling, or an account id. */
export function user(desk: Desk): Command {
  const command = new Command('user')
    .description(
      'people, for the help desk: those of a local directory, and what hangs here on others',
    )
    .option('--directory <name>', 'which one; may be left out where there is no doubt')
  for (const one of COMMANDS) command.addCommand(one(desk))
  return command
}
