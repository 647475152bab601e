import type { Change, StepUpStore } from '../../../stepup/index.ts'
import { appsIn } from '../../rows.ts'
import { aboutOf } from '../../to-rows.ts'
import { endEnrolments } from '../end-enrolments.ts'
import { endSignIns } from '../ending.ts'
import * as sql from '../statements/apps.ts'
import { holdStepUps } from '../statements/ending.ts'
import { add as addNotice } from '../statements/notices.ts'
import { forgetBrowsers, hold, holdElsewhere } from '../statements/people.ts'
import { replace } from '../statements/step-ups.ts'
import type { Values } from '../statements.ts'
import type { PortDeps } from './deps.ts'
import { createDone, nothing } from './done.ts'

type ChangeValues = Values & { readonly id: string; readonly version: number; readonly tag: string }

/** How a step-up is changed, whatever else is. */
type Changing = {
  readonly values: (change: Change) => ChangeValues
  /** Whether an earlier try of this very change stands. */
  readonly isOurs: (again: boolean, values: ChangeValues) => Promise<boolean>
}

/** What a person does with their OTP apps. */
export function appPorts(
  deps: PortDeps,
  { values: valuesOf, isOurs }: Changing,
): Pick<StepUpStore, 'apps' | 'renameApp' | 'removeApp'> {
  const { link, toRows } = deps
  const { done, endingOf } = createDone(deps)
  return {
    async apps(account) {
      const [row] = await link.read(sql.apps, { account })
      return appsIn(row?.apps ?? '[]')
    },

    async renameApp(change, { enrolment, name }) {
      const values = valuesOf(change)
      const { rows, again } = await link.write(sql.rename, { ...values, enrolment, name })
      if (rows[0]?.swapped === 1 || (await isOurs(again, values))) return 'renamed'
      return rows[0]?.held === 1 ? 'unknown' : 'stale'
    },

    removeApp(change, { account, enrolment, instead, at }) {
      const values = valuesOf(change)
      const factor = 'totp'
      const ending = endingOf(account, { factor }, { at, actor: 'person' })
      const notice = {
        ...{ id: toRows.spare().id, account, lane: 'proven', kind: 'removed', factor, at },
        ...{ about: aboutOf(change.next), former: '[]' },
      }
      return done<'removed' | 'stale' | 'unknown' | 'last'>(async (tx) => {
        await tx.run(hold, { account })
        await tx.run(holdElsewhere, { account })
        await tx.run(holdStepUps, { accounts: [account] })
        const kept = await tx.run(sql.hold, { account })
        if (kept.every(({ id }) => id !== enrolment)) return nothing('unknown')
        if (instead !== null && !kept.some(({ id }) => instead.some((one) => one === id)))
          return nothing('last')
        const [answer] = await tx.run(replace, values)
        if (answer?.swapped !== 1) return nothing('stale')
        await endEnrolments(tx, { accounts: [account], factor, enrolment })
        await tx.run(forgetBrowsers, { accounts: [account], factor })
        await tx.run(addNotice, notice)
        const own = await endSignIns(tx, { ...ending, but: values.id })
        return { answer: 'removed', told: own, own }
      })
    },
  }
}
