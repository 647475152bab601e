import { Command } from 'commander'
import type { HelpDesk, Problems, Whom } from '../../directories/index.ts'
import { parseId, type Result } from '../../kernel/index.ts'
import type { Desk } from '../desk.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { withPeople } from './with-people.ts'
import { withPerson } from './with-person.ts'

export const remove = (desk: Desk): Command =>
  endCommand(
    'remove',
    'remove a person, their factors and what is under way; the audit stays',
  ).action(
    desk.action((who: string, { yes }: Options, command: Command) =>
      withPeople(desk, command, (people, operator) =>
        end(desk, { verb: 'remove', who, yes }, people.whom, () => people.remove(operator, who)),
      ),
    ),
  )

export const erase = (desk: Desk): Command =>
  endCommand(
    'erase',
    'forget all that is kept here of a person, every sign-in included; after remove by account id',
  ).action(
    desk.action((who: string, { yes }: Options, command: Command) =>
      withPerson(desk, command, who, (helpDesk, operator) =>
        end(desk, { verb: 'erase', who, yes }, helpDesk.whom, () => helpDesk.erase(operator, who)),
      ),
    ),
  )

type Options = { readonly yes?: true }

const endCommand = (verb: 'remove' | 'erase', description: string): Command =>
  new Command(verb)
    .description(description)
    .argument('<who>')
    .option('--yes', 'really; without it nothing happens')

async function end(
  desk: Desk,
  asked: {
    readonly verb: 'remove' | 'erase'
    readonly who: string
    readonly yes?: true | undefined
  },
  whom: HelpDesk['whom'],
  act: () => Promise<Result<Whom, Problems>>,
): Promise<ExitCode> {
  const { verb, who, yes } = asked
  if (!yes) {
    const found = await whom(who)
    // Of somebody who was removed the account id is all there is to look for.
    const isLeft = verb === 'erase' && parseId('account', who) !== undefined
    if (!found.ok && !isLeft) return desk.refuse(found.error)
    return desk.refuse(`${found.ok ? nameOf(found.value) : who} can't be brought back: add --yes`)
  }
  const ended = await act()
  if (!ended.ok) return desk.refuse(ended.error)
  desk.say(`${nameOf(ended.value)} was ${verb}d.`)
  return EXIT.ok
}

const nameOf = ({ username, account }: Whom): string => {
  if (username === null || account === null) return username ?? account ?? ''
  return `${username} (${account})`
}
