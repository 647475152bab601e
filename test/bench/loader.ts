import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Order, Report } from './load.ts'

export type Loader = Disposable & {
  /** One at a time. Throws where a step-up failed: what was measured then means nothing. Only who is asking may be refused. */
  run(order: Order): Promise<Report>
}

export class StepUpsFailed extends Error {
  override readonly name = 'StepUpsFailed'
}

export function startLoader(): Loader {
  const child = fork(join(import.meta.dirname, 'load.ts'))
  return {
    async run(order) {
      const report = await new Promise<Report>((resolve, reject) => {
        const gone = () => reject(new Error('the load process went away'))
        child.once('exit', gone)
        child.once('message', (heard: Report) => {
          child.off('exit', gone)
          resolve(heard)
        })
        child.send(order)
      })
      if (report.failed === 0 || order.load === 'asking') return report
      const [{ failed, done }, why] = [report, report.failures.join('; ')]
      throw new StepUpsFailed(`${failed} of ${failed + done} step-ups failed: ${why}`)
    },
    [Symbol.dispose]: () => child.disconnect(),
  }
}
