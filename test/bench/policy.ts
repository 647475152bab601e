import type { Outcome } from './figures.ts'
import { rulesOf } from './rules.ts'
import type { Stage } from './stage.ts'
import { passesOf } from './trust.ts'

/** What deciding whether somebody is asked costs, and what it saves. */
export async function benchPolicy(stage: Stage): Promise<Outcome> {
  const of = await stage.installed('policy', stage.sizes.people)
  const parts = [await passesOf(stage, of), await rulesOf(stage, of)]
  return {
    figures: Object.assign({}, ...parts.map(({ figures }) => figures)),
    rows: parts.flatMap(({ rows }) => rows),
  }
}
