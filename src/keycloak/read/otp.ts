import { type Flow, type RealmAsRead, userList } from '../realm.ts'
import { OTP_FORM, rivalsOf, stepsOf } from '../steps.ts'
import type { AdminApi } from './admin-api.ts'

const PAGE = 100
const PEOPLE_MAX = 1000

/** Counted only where it matters, since Keycloak looks at each of them. Nothing else of anybody is kept. */
export async function readOtp(
  api: AdminApi,
  realm: string,
  flows: readonly Flow[],
): Promise<RealmAsRead['withOtp']> {
  const isAsked = flows
    .flatMap(stepsOf)
    .flatMap(rivalsOf)
    .some(({ provider }) => provider === OTP_FORM)
  if (!isAsked) return null
  let [count, of] = [0, 0]
  while (of < PEOPLE_MAX) {
    const path = `${realm}/users?first=${of}&max=${PAGE}&briefRepresentation=false`
    const answer = await api.get(path)
    const page = answer.heard === 'json' ? userList.safeParse(answer.json).data : undefined
    if (page === undefined) return null
    count += page.filter(({ totp }) => totp).length
    of += page.length
    if (page.length < PAGE) break
  }
  return { count, of }
}
