import { at, type Finding } from '../finding.ts'
import type { RealmAsRead } from '../realm.ts'
import { holesOf } from '../versions.ts'

const ENROL = 'sallyport-enrol'
const CIBA = 'oidc.ciba.grant.enabled'

/** What is the realm's and the server's as a whole. */
export function judgeServer(realm: RealmAsRead): readonly Finding[] {
  return [...bruteForce(realm), ...version(realm), ...enrolment(realm)]
}

function bruteForce({ settings }: RealmAsRead): readonly Finding[] {
  if (settings.bruteForceProtected) return []
  return [
    {
      weighs: 'wrong',
      says: 'Brute force detection is off.',
      why: 'passwords may be guessed without end, and step-ups that were denied lock nobody at Keycloak.',
      where: `${at('Realm settings', 'Security defenses', 'Brute force detection')}: Brute Force Mode, Lockout temporarily`,
    },
  ]
}

function version({ version: written, clients }: RealmAsRead): readonly Finding[] {
  if (written === null) return []
  const hasCiba = clients.some(({ enabled, attributes }) => enabled && attributes[CIBA] === 'true')
  const holes = holesOf(written, hasCiba)
  if (holes.length === 0) return []
  const isWrong = holes.some(({ weighs }) => weighs === 'wrong')
  return [
    {
      weighs: isWrong ? 'wrong' : 'mind',
      says: `Keycloak ${written} has holes that are known: ${holes.map(({ id }) => id).join(', ')}.`,
      why: `${holes.map(({ what }) => what).join('; ')}.`,
      where: `a newer Keycloak: ${holes.map(({ id, closedIn }) => `${id} is closed in ${closedIn.join(', ')}`).join('; ')}`,
    },
  ]
}

function enrolment({ requiredActions }: RealmAsRead): readonly Finding[] {
  const action = requiredActions.find(({ alias }) => alias === ENROL)
  if (action?.isEnabled === true) return []
  return [
    {
      weighs: 'mind',
      says: `The required action ${ENROL} is ${action === undefined ? 'not registered' : 'switched off'}.`,
      why: 'applications cannot send people to look after their factors (kc_action), and nobody can be told to set one up.',
      where: `${at('Authentication', 'Required actions')}: switch on Manage second factor (Sallyport)`,
    },
  ]
}
