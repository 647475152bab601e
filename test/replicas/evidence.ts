import type { AuditEvent } from '../../src/audit/index.ts'
import type { Count, Evidence, Mailed, Operation } from './history.ts'
import type { Replicas } from './replicas.ts'

const LOOKS_MAX = 60

export async function countsOf({ query }: Pick<Replicas, 'query'>): Promise<readonly Count[]> {
  return query<Count>('SELECT account, factor, total AS failures FROM counters')
}

/** What Sallyport did, told by its own command line and its database, once all of it is sealed. */
export async function gather(
  replicas: Replicas,
  outside: {
    readonly history: readonly Operation[]
    readonly mails: readonly Mailed[]
    readonly before: readonly Count[]
  },
): Promise<Evidence> {
  let chain = ''
  for (let look = 0; look < LOOKS_MAX && !/ 0 events not yet sealed/.test(chain); look++)
    chain = await replicas.sallyport('audit', 'verify').catch((error: unknown) => `${error}`)
  const links = (await replicas.sallyport('audit', 'export')).split('\n')
  const audit = links
    .filter((line) => line !== '')
    .map((line): { id: string; event: AuditEvent } => JSON.parse(line))
  return { ...outside, chain, audit, after: await countsOf(replicas) }
}
