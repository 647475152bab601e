import { readFileSync } from 'node:fs'

const PAGE = new URL('../../docs/postgresql.md', import.meta.url)

export type SetUp = 'roles' | 'create' | 'database' | 'grants' | 'timeouts'

/** What docs/postgresql.md tells operators to run, with passwords and a database of the test's own in place of theirs. */
export function setUpSql(
  part: SetUp,
  { owner, serving, database }: Readonly<Record<'owner' | 'serving' | 'database', string>>,
): string {
  const [, sql] = new RegExp(`^\`\`\`sql ${part}\\n([^\`]*)\`\`\`$`, 'm').exec(
    readFileSync(PAGE, 'utf8'),
  ) ?? [undefined, undefined]
  if (sql === undefined) throw new Error(`docs/postgresql.md has no SQL called ${part}`)
  return sql
    .replace('choose one for the owner', owner)
    .replace('choose another one', serving)
    .replaceAll('DATABASE sallyport ', `DATABASE ${database} `)
}
