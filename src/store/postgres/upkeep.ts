import type { Actor } from '../../audit/index.ts'
import { type Clock, Fault, type Instant, randomToken } from '../../kernel/index.ts'
import { clientIn, eventIn } from '../rows.ts'
import type { Store, Swept } from '../store.ts'
import { placeOfKey, placeOfSecret } from '../to-rows.ts'
import type { ToldRow } from './ending.ts'
import { toldValues } from './parts.ts'
import type { PortDeps } from './ports/deps.ts'
import { tell } from './statements/tell.ts'
import * as sql from './statements/upkeep.ts'
import type { Statement } from './statements.ts'

/** A page that comes late can still be told that it is over, and a replay still be told from a stranger. */
const KEPT_MS = 3_600_000
/** Longer than any window of sends. */
const BUDGETS_KEPT_MS = 24 * 3_600_000
/** As long as the cookie that names one lives. */
const BROWSERS_KEPT_MS = 90 * 24 * 3_600_000
/** Values that go under another key in one transaction, with one event. */
const RESEALED_MAX = 5_000

type UpkeepDeps = Pick<PortDeps, 'link' | 'toRows' | 'sealing' | 'random' | 'heard'> & {
  readonly clock: Clock
}

/** What runs beside sign-ins, on any number of replicas at once. */
export function createUpkeep(deps: UpkeepDeps): Pick<Store, 'sweep' | 'reseal' | 'health'> {
  const { link, toRows, sealing, random, heard, clock } = deps
  return {
    async sweep(now, { rowsMax }): Promise<Swept> {
      const spares = toRows.spares(rowsMax)
      const stepUps = await sweepStepUps(now, spares)
      const rows = spares.length
      const before = now - KEPT_MS
      return {
        stepUps,
        requests: await swept(sql.sweepRequests, { before, rows }),
        assertions: await swept(sql.sweepAssertions, { before, rows }),
        consumed: await swept(sql.sweepConsumed, { before, rows }),
        operatorCodes: await swept(sql.sweepCodesOfOperators, { before, rows }),
        knownBrowsers: await swept(sql.sweepBrowsers, { before: now - BROWSERS_KEPT_MS, rows }),
        grants: await swept(sql.sweepGrants, { before: now, rows }),
        sendBudgets: await swept(sql.sweepBudgets, { before: now - BUDGETS_KEPT_MS, rows }),
      }
    },

    async reseal(actor) {
      let resealed = 0
      let waiting: Change[] = []
      for await (const change of changes()) {
        waiting.push(change)
        if (waiting.length < RESEALED_MAX) continue
        resealed += await put(waiting, actor)
        waiting = []
      }
      return { resealed: resealed + (await put(waiting, actor)) }
    },

    async health() {
      const holder = randomToken(random, 6)
      try {
        await link.writeAside(sql.beat, { holder })
        return 'up'
      } catch (why) {
        if (why instanceof Fault) return 'down'
        throw why
      }
    },
  }

  /** Held until they are gone, so that each leaves one event, whoever sweeps. */
  async function sweepStepUps(now: Instant, spares: readonly { id: string }[]): Promise<number> {
    const values = { before: now - KEPT_MS, rows: spares.length }
    const { over, told } = await link.transact(async (tx) => {
      const over = await tx.run(sql.holdOver, values)
      const told: ToldRow[] = []
      for (const [n, { id, account, open }] of over.entries()) {
        const spare = spares[n]
        if (open === null || spare === undefined) continue
        const about = { at: now, actor: 'system', stepUp: id, client: clientIn(open), account }
        const event = JSON.stringify({ ...about, event: 'step-up.expired' })
        told.push({ id: spare.id, event })
      }
      const ids = over.map(({ id }) => id)
      if (ids.length > 0) await tx.run(sql.sweepCodes, { ids })
      if (ids.length > 0) await tx.run(sql.sweepStepUps, { ids })
      if (told.length > 0) await tx.run(tell, toldValues(told))
      return { over, told }
    })
    if (told.length > 0) heard(told.map(({ event }) => eventIn(event)))
    return over.length
  }

  async function swept(
    statement: Statement<{ swept: number }>,
    values: { readonly before: number; readonly rows: number },
  ): Promise<number> {
    const { rows } = await link.write(statement, values)
    return rows[0]?.swept ?? 0
  }

  /** What is sealed under another key than the newest, as it was seen. */
  async function* changes(): AsyncGenerator<Change> {
    for (const { row, sealed } of await link.read(sql.sealedKeys, {})) {
      const to = sealing.reseal(placeOfKey(row), sealed)
      if (to !== undefined) yield { table: 'signing_keys', row, from: sealed, to }
    }
    let after = ''
    for (;;) {
      const page = await link.read(sql.sealedSecrets, { after, count: RESEALED_MAX })
      for (const { row, sealed } of page) {
        const to = sealing.reseal(placeOfSecret(row), sealed)
        if (to !== undefined) yield { table: 'enrolments', row, from: sealed, to }
      }
      if (page.length < RESEALED_MAX) return
      after = page.at(-1)?.row ?? ''
    }
  }

  /** Each where the row still holds what was seen; says how many did, also in the audit unless none. */
  async function put(changed: readonly Change[], actor: Actor): Promise<number> {
    if (changed.length === 0) return 0
    const { id } = toRows.spare()
    const at = clock.now()
    const { count, event } = await link.transact(async (tx) => {
      const secrets = await tx.run(sql.resealSecrets, valuesOf(changed, 'enrolments'))
      const keys = await tx.run(sql.resealKeys, valuesOf(changed, 'signing_keys'))
      const count = secrets.length + keys.length
      const event = JSON.stringify({ event: 'field-keys.resealed', at, actor, count })
      if (count > 0) await tx.run(tell, toldValues([{ id, event }]))
      return { count, event }
    })
    if (count > 0) heard([eventIn(event)])
    return count
  }
}

type Change = {
  readonly table: 'enrolments' | 'signing_keys'
  readonly row: string
  readonly from: string
  readonly to: string
}

function valuesOf(changed: readonly Change[], table: Change['table']) {
  const ours = changed.filter((change) => change.table === table)
  return {
    rows: ours.map(({ row }) => row),
    from: ours.map(({ from }) => from),
    to: ours.map(({ to }) => to),
  }
}
