import { type Clock, Fault, type Instant } from '../../../kernel/index.ts'
import { textsOf } from '../entry.ts'
import { instantIn, type RootDse } from '../servers/root-dse.ts'
import type { LdapSettings } from '../settings.ts'
import type { Wire } from '../wire.ts'
import type { Notes } from './notes.ts'
import { spanOf, writtenTime } from './times.ts'

/**
 * A code of an OTP app is good for 30 s and one step more. By a clock that is 10 s late a third of them are refused, by one
 * that is a minute away all; so neither 10 nor 60 is the five minutes of Kerberos, which would be too late here.
 */
const [MIND_SECONDS, WRONG_SECONDS] = [10, 60]

/** Where servers other than Active Directory tell their time, to whom they tell it: OpenLDAP, 389 Directory Server. */
const PLACES = [
  { base: 'cn=Current,cn=Time,cn=Monitor', attribute: 'monitorTimestamp' },
  { base: 'cn=monitor', attribute: 'currenttime' },
] as const

/** @param newest when the last of those who were seen was changed, by the server's clock. */
export async function examineClock(
  wire: Wire,
  { dialect }: LdapSettings,
  { clock, root, newest }: { clock: Clock; root: RootDse | undefined; newest: Instant | null },
  { tell, find }: Notes,
): Promise<void> {
  const told = root?.now ?? (dialect === 'ldap' ? await monitored(wire) : null)
  const now = clock.now()
  if (told === null) {
    tell('clock', 'this server does not tell us its time')
    if (newest !== null) ahead(newest, now)
    return
  }
  const seconds = Math.round((told - now) / 1000)
  const apart = `${spanOf(seconds)} ${seconds > 0 ? 'ahead of' : 'behind'} ours`
  tell('clock', Math.abs(seconds) <= 1 ? 'the same as ours' : apart)
  if (Math.abs(seconds) <= MIND_SECONDS) return
  find(Math.abs(seconds) > WRONG_SECONDS ? 'wrong' : 'mind', {
    says: `its clock is ${apart}: it has ${writtenTime(told)}, and we have ${writtenTime(now)}`,
    ...{ key: null, wanted: TODO },
  })

  /** What was changed before now can't be later than now. */
  function ahead(changed: Instant, now: Instant): void {
    const seconds = (changed - now) / 1000
    if (seconds <= MIND_SECONDS) return
    find(seconds > WRONG_SECONDS ? 'wrong' : 'mind', {
      says: `its last change is ${spanOf(seconds)} ahead of our clock: it was made at ${writtenTime(changed)}, and we have ${writtenTime(now)}`,
      ...{ key: null, wanted: TODO },
    })
  }
}

const TODO =
  "one of the two is wrong: compare them with a third, such as your phone's, and set the wrong one by NTP. If it is ours, codes of OTP apps are refused, which are good for 30 s"

async function monitored(wire: Wire): Promise<Instant | null> {
  for (const { base, attribute } of PLACES)
    try {
      const { entries } = await wire.search({
        ...{ base, isBaseOptional: true, scope: 'base', entriesMax: 1, binary: [] },
        ...{ filter: { is: 'present', attribute: 'objectClass' }, attributes: [attribute] },
      })
      const [time = ''] = entries.flatMap((entry) => textsOf(entry, attribute).texts)
      const at = instantIn(time)
      if (at !== null) return at
    } catch (error) {
      // That it is not for us is an answer too.
      if (!(error instanceof Fault) || !wire.isOpen) throw error
    }
  return null
}
