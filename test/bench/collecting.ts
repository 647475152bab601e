import { join } from 'node:path'
import { until } from '../support/wire-bench.ts'
import { COLLECTED } from './collects.ts'
import { type Installation, type Running, serve } from './installation.ts'
import { residentBytes } from './statistics.ts'

/** What was freed goes back to the system after the collection. */
const RETURN_MS = 1_500

/** A server as any other, which collects on demand what nobody holds. */
export function serveCollecting(installation: Installation): Promise<Running> {
  return serve(installation, ['--expose-gc', '--import', join(import.meta.dirname, 'collects.ts')])
}

/** What is resident of one that collects on demand, once it did. */
export async function residentWithoutGarbage(running: Running): Promise<number> {
  const { child, pid, complaints } = running
  const times = () => complaints().split(COLLECTED).length
  const before = times()
  child.kill('SIGUSR2')
  await until('a server collected', () => times() > before)
  await new Promise((resolve) => setTimeout(resolve, RETURN_MS))
  return residentBytes(pid)
}
