import type { By } from '../../../directories/index.ts'
import { eventIn } from '../../rows.ts'
import type { Ending, ToldRow } from '../ending.ts'
import type { Tx } from '../link.ts'
import { toldValues } from '../parts.ts'
import { tell } from '../statements/tell.ts'
import type { PortDeps } from './deps.ts'

/** What was answered, and what the audit of this transaction says in its order. */
type Done<Answer> = {
  readonly answer: Answer
  readonly told: readonly ToldRow[]
  /** Those that the store worded itself. */
  readonly own: readonly ToldRow[]
}

export const nothing = <Answer>(answer: Answer): Done<Answer> => ({ answer, told: [], own: [] })

/** What changes of people and of accounts have in common: they may end sign-ins, and the audit says so. */
export function createDone({ link, toRows, heard }: Pick<PortDeps, 'link' | 'toRows' | 'heard'>) {
  return {
    /** The audit commits with the change, and is heard of after it. */
    async done<Answer>(work: (tx: Tx) => Promise<Done<Answer>>): Promise<Answer> {
      const { answer, own } = await link.transact(async (tx) => {
        const made = await work(tx)
        if (made.told.length > 0) await tx.run(tell, toldValues(made.told))
        return made
      })
      if (own.length > 0) heard(own.map(({ event }) => eventIn(event)))
      return answer
    },

    endingOf: (
      account: string,
      { factor = null, spares = 'none' }: Partial<Pick<Ending, 'factor' | 'spares'>>,
      { at, actor }: By,
    ): Ending => ({
      accounts: new Map([[account, toRows.spare()]]),
      ...{ factor, spares, at, actor },
    }),
  }
}
