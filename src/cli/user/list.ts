import { Command } from 'commander'
import type { CompanyPeople, ListedAccount, Summary } from '../../directories/index.ts'
import type { Desk } from '../desk.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { table } from '../table.ts'
import type { Tools } from '../tools.ts'
import { localPeople } from './with-people.ts'

const PAGE = 500
/** RFC 4226 §4. Only an import that was told to brings in shorter ones. */
const SECRET_BITS_MIN = 128

export const list = (desk: Desk): Command =>
  new Command('list')
    .description('everybody of a directory who is known here, without their contacts')
    .option('--json', 'as JSON lines')
    .action(
      desk.action(({ json }: { readonly json?: true }, command: Command) => {
        const { directory }: { readonly directory?: string } = command.optsWithGlobals()
        // Whoever may not be named in the audit gets no list either.
        desk.operator(command)
        return desk.withTools(command, async (tools) => {
          const elsewhere = companyOf(tools, directory)
          if (elsewhere !== undefined)
            return print(desk, json, {
              ...{ head: HEAD_ELSEWHERE, page: elsewhere.list },
              ...{ lineOf: lineOfAccount, cellsOf: cellsOfAccount },
              keyOf: ({ account }) => account,
            })
          const own = localPeople(tools, directory)
          if (!own.ok) return desk.refuse(own.error)
          return print(desk, json, {
            ...{ head: HEAD, page: own.value.list, lineOf, cellsOf },
            keyOf: ({ nameKey }) => nameKey,
          })
        })
      }),
    )

type Listed<One> = {
  readonly head: readonly string[]
  page(after: string, limit: number): Promise<readonly One[]>
  lineOf(one: One): object
  cellsOf(one: One): readonly string[]
  keyOf(one: One): string
}

async function print<One>(desk: Desk, json: true | undefined, of: Listed<One>): Promise<ExitCode> {
  for (let after = ''; ; ) {
    const page = await of.page(after, PAGE)
    if (json) for (const one of page) desk.say(JSON.stringify(of.lineOf(one)))
    else if (page.length > 0 || after === '') desk.say(table(of.head, page.map(of.cellsOf)))
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return EXIT.ok
    after = of.keyOf(last)
  }
}

/** The one that is named; where nobody is kept here and there is one directory of the company, that is meant. */
function companyOf(
  { people, company }: Pick<Tools, 'people' | 'company'>,
  directory: string | undefined,
): CompanyPeople | undefined {
  if (directory !== undefined) return company.get(directory)
  const [one, another] = [...company.values()]
  return people.size === 0 && another === undefined ? one : undefined
}

const HEAD_ELSEWHERE = ['name', 'account', 'seen', 'added emails', 'added phones', 'factors']

const cellsOfAccount = (one: ListedAccount): readonly string[] => {
  const { name, account, seenAt, goneAt, emails, phones } = lineOfAccount(one)
  const seen = goneAt === null ? dayOf(seenAt) : `gone since ${dayOf(goneAt)}`
  return [name ?? '-', account, seen, `${emails}`, `${phones}`, factorsOf(one) || '-']
}

const lineOfAccount = (one: ListedAccount) => ({
  ...{ name: one.nameKey, account: one.account, immutableId: one.immutableId },
  seenAt: new Date(one.seenAt).toISOString(),
  goneAt: one.goneAt === null ? null : new Date(one.goneAt).toISOString(),
  ...{ emails: one.contacts.emails.length, phones: one.contacts.phones.length },
  factors: one.factors.map(marked),
})

const dayOf = (time: string): string => time.slice(0, 10)

const HEAD = ['username', 'account', 'state', 'emails', 'phones', 'factors']

const cellsOf = (person: Summary): readonly string[] => {
  const { username, account, state, emails, phones } = lineOf(person)
  return [username, account, state, `${emails}`, `${phones}`, factorsOf(person) || '-']
}

/** How many contacts there are, and not which. */
const lineOf = ({ username, account, state, emails, phones, factors }: Summary) => ({
  username,
  account,
  state,
  emails: emails.length,
  phones: phones.length,
  factors: factors.map(marked),
})

type Factors = Pick<Summary, 'factors'>

const marked = (factor: Factors['factors'][number]) => ({
  ...factor,
  isShort: factor.secretBits < SECRET_BITS_MIN,
})

const factorsOf = ({ factors }: Factors): string =>
  factors
    .map(({ kind, provenance, secretBits }) =>
      secretBits < SECRET_BITS_MIN
        ? `${kind} (${provenance}, SHORT SECRET: ${secretBits} bits)`
        : `${kind} (${provenance})`,
    )
    .join(', ')
