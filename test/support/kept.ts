import type { TestApp } from './app.ts'

/** How many rows each table holds: what a request left behind, if anything. */
export async function rowsIn({ kept }: TestApp): Promise<Readonly<Record<string, number>>> {
  const counts = (await kept.tables()).map(
    (name) => `SELECT '${name}' AS name, count(*) AS n FROM "${name}"`,
  )
  const rows = await kept.query<{ name: string; n: number | string }>(counts.join(' UNION ALL '))
  return Object.fromEntries(rows.map(({ name, n }) => [name, Number(n)]))
}

/** All that is kept of one step-up, as text. */
export async function keptOf({ kept }: TestApp, stepUp: string): Promise<string> {
  return JSON.stringify(await kept.query('SELECT * FROM step_ups WHERE id = ?', stepUp))
}
