import { codeOf, keyOn } from './check.ts'
import type { DemoDirectory } from './directory.ts'
import type { Employee } from './staff.ts'
import { answerByMail, goOn, type Say, signIn, startWalk, tell } from './walk.ts'
import type { DemoWorld } from './world.ts'

type Tour = { readonly world: DemoWorld; readonly say: Say; employee(login: string): Employee }

/** The path of each of the people in a company's directory, and what is to be seen on it. */
export async function checkDirectory(
  { users }: DemoDirectory,
  world: DemoWorld,
  say: Say,
): Promise<void> {
  const employee = (login: string): Employee => {
    const found = users.find(({ username }) => username === login)
    if (found === undefined) throw new Error(`${login} does not work here`)
    return found
  }
  const tour = { world, say, employee }
  await isOnePerson(tour)
  await hasTwoAddresses(tour)
  await readsChinese(tour)
  isInNestedGroups(tour)
  await areRefused(tour, 'dave', 'erin')
}

async function isOnePerson({ world, say, employee }: Tour): Promise<void> {
  const alice = employee('alice')
  const accounts = new Set<string | undefined>()
  say(`\n1. alice under each of her ${alice.names.length} names, with a code by email`)
  for (const name of alice.names) {
    say(`   as ${name}`)
    const walk = startWalk(world, say, alice, name)
    const choice = await signIn(walk, '/sign-in')
    tell(say, await answerByMail(walk, choice, { factor: 'email' }))
    accounts.add(/^ +account +(acc_\S+)$/m.exec(world.command('people', name))?.[1])
  }
  const [account] = accounts
  if (accounts.size !== 1 || account === undefined)
    throw new Error(`her names lead to several accounts: ${[...accounts].join(', ')}`)
  say(`   => one account: ${account}`)
}

async function hasTwoAddresses({ world, say, employee }: Tour): Promise<void> {
  const bob = employee('bob')
  const [first = '', other = ''] = bob.names
  const second = 'bob@kestrel.example'
  say(`\n2. bob sets up an OTP app as ${first}, after a code to the second of his addresses`)
  const walk = startWalk(world, say, bob, first)
  const choice = await signIn(walk, '/sign-in')
  const setUp = await answerByMail(walk, choice, { factor: 'enrol-totp', to: '1' }, second)
  const code = codeOf(keyOn(setUp))
  tell(say, await goOn(walk, await walk.browser.submit(setUp, 'confirm', { code })))

  say(`   as ${other} he is asked for that app`)
  const page = await signIn(startWalk(world, say, bob, other), '/sign-in?acr=mfa-app')
  said(page.title, /^Enter the code from your OTP app/)
  say(`   => ${page.title}`)
}

async function readsChinese({ world, say, employee }: Tour): Promise<void> {
  const wei = employee('李伟')
  say('\n3. 李伟, whose language the directory knows')
  const walk = startWalk(world, say, wei)
  const choice = await signIn(walk, '/sign-in')
  tell(say, await answerByMail(walk, choice, { factor: 'email' }))
  const subject = world.outbox.newest(wei.email)?.subject ?? ''
  said(subject, /\p{Script=Han}/u)
  say(`   => ${subject}`)
}

function isInNestedGroups({ world, say, employee }: Tour): void {
  const { username } = employee('nora')
  say(`\n4. nora, as Sallyport sees her: sallyport people ${username}`)
  const seen = world.command('people', username)
  said(seen, /Night Shift.*\n.*On Call.*\n.*Operations.*\n.*Staff/i)
  say(indented(seen))
}

/** With the same page, whatever the reason. */
async function areRefused({ world, say, employee }: Tour, ...logins: readonly string[]) {
  for (const [n, login] of logins.entries()) {
    say(`\n${n + 5}. ${login}: ${employee(login).shows}`)
    const page = await signIn(startWalk(world, say, employee(login)), '/sign-in', 403)
    said(page.title, /^We have nowhere to send your code/)
    say(`   => ${page.title}`)
    const seen = world.command('people', login).matchAll(/^(?:\S| {2}email).*$/gm)
    say(indented([...seen].join('\n')))
  }
}

function said(text: string, wanted: RegExp): void {
  if (!wanted.test(text)) throw new Error(`expected ${wanted}, got "${text}"`)
}

const indented = (text: string): string => text.trimEnd().replace(/^/gm, '   ')
