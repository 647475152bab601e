import { Command, Option } from 'commander'
import { FACTOR_KINDS, type FactorKind } from '../../kernel/index.ts'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import { printable } from '../printable.ts'
import { withPerson } from './with-person.ts'

export const resetFactor = (desk: Desk): Command =>
  new Command('reset-factor')
    .description('forget the OTP apps of a person, or one of them')
    .argument('<who>')
    .addOption(new Option('--factor <kind>', 'which').choices(['totp']).default('totp'))
    .option('--app <name>', 'one alone, by the id or the name that show says')
    .action(
      desk.action((who: string, { factor, app }: Reset, command: Command) =>
        withPerson(desk, command, who, async (helpDesk, operator) => {
          const reset = await helpDesk.resetFactor(operator, who, app ?? null)
          if (!reset.ok) return desk.refuse(reset.error)
          const what = app === undefined ? factor : `'${printable(app)}'`
          desk.say(`${what} of ${reset.value.username ?? who} was reset.`)
          return EXIT.ok
        }),
      ),
    )

type Reset = { readonly factor: 'totp'; readonly app?: string }

export const unlock = (desk: Desk): Command =>
  new Command('unlock')
    .description('let a person answer again after too many wrong answers, or be sent codes again')
    .argument('<who>')
    .addOption(new Option('--factor <kind>', 'one only').choices(FACTOR_KINDS))
    .action(
      desk.action((who: string, { factor }: { readonly factor?: FactorKind }, command: Command) =>
        withPerson(desk, command, who, async (helpDesk, operator) => {
          const unlocked = await helpDesk.unlock(operator, who, factor ?? null)
          if (!unlocked.ok) return desk.refuse(unlocked.error)
          const { value } = unlocked
          desk.say(value.length === 0 ? 'Nothing was locked.' : `Unlocked: ${value.join(', ')}.`)
          return EXIT.ok
        }),
      ),
    )
