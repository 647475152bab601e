/**
 * Does every writing operation of the store once, saying on standard output when each is asked for and when it is
 * answered, so that whoever traces this process sees what the disk was told in between. Argument: a file.
 */
import { writeSync } from 'node:fs'
import { hashOf, later, Secret } from '../../src/kernel/index.ts'
import { rejected } from '../../src/stepup/index.ts'
import { openSqliteStore } from '../../src/store/index.ts'
import { ALL_APPS, enrolmentSample } from '../support/enrolment.ts'
import { requestSample } from '../support/request.ts'
import { challengedSample, createSampler, satisfiedSample } from '../support/step-up.ts'
import { createFakeClock, createSeededRandom, createTestKeys, NOON } from '../support/world.ts'

const [, , file = ''] = process.argv
const sampler = createSampler('every write')
await using store = await openSqliteStore({
  file,
  keys: createTestKeys(),
  random: createSeededRandom('every write'),
  clock: createFakeClock(),
})
const { stepUps, requests, signingKeys, audit, leases, people, accounts, notices } = store

const until = later(NOON, 60)
const account = sampler.id('account')
const counter = { account, factor: 'totp', lane: 'signed' } as const
const claim = {
  ...({ account, channel: 'email', lane: 'signed' } as const),
  rule: { coolDownSeconds: [1], windowSeconds: 60, sendsMax: 5 },
}
const rule = { every: 10, seconds: [1], cap: 50, own: 10 }
const stepUp = challengedSample(sampler, { account })
const about = { at: NOON, actor: 'person', stepUp: stepUp.id, client: 'iam', account } as const
const change = (version: number) => ({ version, next: stepUp, events: [] })
const verdict = { ...about, event: 'answer.judged', factor: 'totp', verdict: 'rejected' } as const
const operatorDid = { at: NOON, actor: 'operator:ada', account, fields: [] } as const
const BY = { at: NOON, actor: 'operator:ada' } as const
const LIMITS = { cap: 1, sendsMax: { signed: 5, unsigned: 2 } }
const added = { ...operatorDid, event: 'person.added' } as const
const person = {
  ...{ account, directory: 'local', username: 'ada', nameKey: 'ada', displayName: null },
  ...({ emails: [], phones: [], locale: null, state: 'enabled', createdAt: NOON } as const),
}
const key = {
  ...({ kid: 'k', alg: 'ES256', state: 'active', privateKey: new Secret('pem') } as const),
  ...{ publicJwk: '{}', madeAt: NOON, activatedAt: NOON, retiredAt: null },
}
const request = requestSample(sampler)
const { client, redirectUri, codeChallenge } = request
const satisfied = satisfiedSample(sampler, { id: request.stepUp, account })
const code = { hash: hashOf('code'), seconds: 60 }
const token = { hash: hashOf('token'), expiresAt: until }

// The first write after a checkpoint writes the head of a new log, and that is always synced.
await leases.claim('warm-up', 'a', NOON, until)

await trace('ordered requests.push', () => requests.push(request, null))
await trace('ordered requests.park', () => requests.park(requestSample(sampler), NOON))
await trace('ordered stepUps.open', () => stepUps.open(stepUp, [], null, NOON))
await trace('ordered stepUps.replace', () => stepUps.replace(change(1)))
await trace('ordered stepUps.send', () => stepUps.send(change(2), claim, NOON))
await trace('durable stepUps.spend', () => stepUps.spend(change(3), counter, rule, NOON))
await trace('durable stepUps.settle', () => stepUps.settle(change(4), counter, rejected, null))
await trace('durable stepUps.replace with a verdict', () =>
  stepUps.replace({ ...change(5), events: [verdict] }),
)
await trace('durable stepUps.enrol', () =>
  stepUps.enrol(change(6), enrolmentSample(sampler, account), 1, null),
)
const [app] = await stepUps.apps(account)
const own = { account, enrolment: app?.enrolment ?? sampler.id('enrolment') }
await trace('durable stepUps.renameApp', () =>
  stepUps.renameApp(change(7), { ...own, name: 'Old phone' }),
)
await trace('durable stepUps.removeApp', () =>
  stepUps.removeApp(change(8), { ...own, instead: null, at: NOON }),
)
// What is reset below.
await stepUps.enrol(change(9), enrolmentSample(sampler, account), 1, null)
await stepUps.open(satisfied, [], null, NOON)
await trace('ordered requests.issue', () =>
  requests.issue(satisfied.id, satisfied.browser, code, NOON),
)
await trace('durable requests.redeem', () =>
  requests.redeem({ ...code, client, redirectUri }, codeChallenge, token, null, NOON),
)
await trace('ordered requests.refuse', () =>
  requests.refuse({ event: 'request.refused', at: NOON, actor: 'client', client, reason: 'x' }),
)
await trace('durable signingKeys.replaceSet', () => signingKeys.replaceSet([], [key], []))
await trace('durable audit.keep', () => audit.keep([added]))
await trace('ordered audit.seal', async () => audit.seal(0, await nextLink(1), null))
await trace('durable audit.seal with a checkpoint', async () => {
  const checkpoint = { sequence: 2, mac: 'm', at: NOON, keyId: 'k', signature: 's' }
  return audit.seal(1, await nextLink(2), checkpoint)
})
await trace('ordered leases.claim', () => leases.claim('job', 'a', NOON, until))
await trace('ordered leases.release', () => leases.release('job', 'a'))
await trace('durable people.add', () => people.add([{ person, enrolment: null }], [added]))
await trace('durable people.set', () => people.set(person, [added], BY))
await trace('durable people.unlock', () => people.unlock(account, null, LIMITS, NOON, [added]))
await trace('durable people.resetFactor', () => people.resetFactor(account, ALL_APPS, [added], BY))
const [due] = await notices.due(until, 1)
const notice = { id: due?.id ?? '', tries: 1 }
await trace('ordered notices.claim', () => notices.claim({ ...notice, tries: 0 }, NOON, NOON))
await trace('durable notices.settle', () => notices.settle(notice, { state: 'dropped' }, []))
await trace('ordered notices.forget', () => notices.forget(until, 1))
await trace('durable people.remove', () => people.remove(account, [added], BY))
await trace('durable people.erase', () => people.erase('local', account, [added], BY))
await people.add([{ person, enrolment: null }], [])
await people.remove(account, [], BY)
await trace('durable people.eraseGone', () => people.eraseGone(NOON, NOON, { rowsMax: 1 }))

const known = { directory: 'corp', immutableId: 'guid', nameKey: 'bea' }
const theirs = sampler.id('account')
await trace('ordered accounts.know', () => accounts.know(known, theirs, NOON))
const contacts = { emails: ['b@x.example'], phones: [] }
await trace('durable accounts.setContacts', () =>
  accounts.setContacts('corp', theirs, contacts, [added], BY),
)
await trace('ordered accounts.leave', () => accounts.leave(theirs, NOON, NOON))

const rules = {
  ...({ enabled: true, factors: [], firstEnrolment: 'open', language: 'en' } as const),
  ...{ sendAtOnce: false, acr: [], rules: [] },
}
await trace('durable policy.apply', () =>
  store.policy.apply(
    0,
    { ...rules, trustHours: 0, trustBinding: 'ip+device', trustSince: null },
    [],
    [],
    [added],
    NOON,
  ),
)
const handed = {
  ...({ id: sampler.id('operatorCode'), account: theirs, kind: 'bypass-code' } as const),
  ...({ keyId: 'k', hash: 'h', madeAt: NOON, madeBy: 'operator:ada' } as const),
  ...{ expiresAt: until, answers: 0, holder: null },
}
await trace('durable codes.give', () => store.operatorCodes.give(handed, false, [added]))
await trace('durable codes.revoke', () =>
  store.operatorCodes.revoke(theirs, 'bypass-code', [added]),
)
const settings = {
  ...({ status: 'disabled', factors: null, language: null, trustHours: null } as const),
}
await trace('durable policy.set', () => store.policy.set(theirs, settings, [added]))

async function nextLink(sequence: number) {
  const next = await audit.unsealed(1)
  return next.map(({ id }) => ({ id, sequence, keyId: 'k', mac: 'm' }))
}

async function trace(name: string, run: () => Promise<unknown>): Promise<void> {
  writeSync(1, `ASKED ${name}\n`)
  const answer = await run()
  const heard = typeof answer === 'object' && answer !== null && 'heard' in answer && answer.heard
  writeSync(1, `ANSWERED ${name}: ${heard || (typeof answer === 'string' ? answer : 'done')}\n`)
}
