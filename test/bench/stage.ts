import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rounded } from './figures.ts'
import { fillWithPeople } from './fill.ts'
import { createInstallation, type Installation, type Running, serve } from './installation.ts'
import type { Report, Target } from './load.ts'
import { type Loader, startLoader } from './loader.ts'
import type { Subject } from './measure.ts'
import type { Sizes } from './sizes.ts'
import { threadCount } from './statistics.ts'

const PREFIX = 'p'

/** What every run needs: a folder, a load, and installations that go with the run. */
export type Stage = AsyncDisposable & {
  readonly sizes: Sizes
  readonly folder: string
  readonly loader: Loader
  say(line: string): void
  /** With so many people in it. */
  installed(
    name: string,
    people: number,
    postgres?: Installation['postgres'],
    directories?: Installation['directories'],
  ): Promise<Installation>
  /** One process for each. */
  served(
    replicas: readonly [Installation, ...Installation[]],
    people: number,
    order: Target['order'],
  ): Promise<Subject>
  /** A server of another kind at the same load. */
  stands(running: Running, issuer: string, of: Installation): Subject
  /** Until the code is compiled and every statement prepared. */
  warm(subject: Subject): Promise<Report>
  /** Closed before what was opened before it. */
  use<T extends AsyncDisposable>(opened: T): T
}

export function openStage(sizes: Sizes, say: (line: string) => void): Stage {
  const cleaning = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  cleaning.defer(() => rmSync(folder, { recursive: true, force: true }))
  const loader = cleaning.use(startLoader())
  const kept = (running: Running): Running => {
    cleaning.defer(() => void running.child.kill('SIGKILL'))
    return running
  }

  return {
    ...{ sizes, folder, loader, say },

    async installed(name, people, postgres, directories) {
      const made = await createInstallation(join(folder, name), postgres, directories)
      await fillWithPeople(made, PREFIX, people)
      return made
    },

    async served(replicas, people, order) {
      const servers: Running[] = []
      for (const replica of replicas) servers.push(kept(await serve(replica)))
      const [{ issuer, privateKeyPem }] = replicas
      const origins = replicas.map(({ origin }) => origin)
      const target = { issuer, origins, privateKeyPem, prefix: PREFIX, people, order }
      return { servers, target }
    },

    stands(running, issuer, { privateKeyPem }) {
      const { people } = sizes
      const target = { issuer, origins: [issuer], privateKeyPem, prefix: PREFIX, people }
      return { servers: [kept(running)], target: { ...target, order: 'in turn' } }
    },

    async warm({ servers, target }) {
      const { warmUpStepUps: stepUps, workers } = sizes
      const report = await loader.run({ target, load: 'closed', stepUps, workers })
      const threads = servers.map(({ pid }) => threadCount(pid)).join(' + ')
      const rate = rounded(report.done / report.seconds, 0)
      // So that nobody wonders how the work of one process takes more than one core.
      say(`warm: ${threads} threads, ${rate} step-ups a second`)
      return report
    },

    use: (opened) => cleaning.use(opened),
    [Symbol.asyncDispose]: () => cleaning.disposeAsync(),
  }
}

export async function stop({ servers }: Subject): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()))
}
