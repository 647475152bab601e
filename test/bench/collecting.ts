import { join } from 'node:path'
import { COLLECTED } from './collects.ts'
import { type Installation, type Running, serve } from './installation.ts'
import { residentBytes } from './statistics.ts'

const POLL_MS = 5
const COLLECT_MS_MAX = 10_000
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
  for (let waitedMs = 0; times() === before; waitedMs += POLL_MS) {
    if (waitedMs > COLLECT_MS_MAX) throw new Error(`the server did not collect: ${complaints()}`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  await new Promise((resolve) => setTimeout(resolve, RETURN_MS))
  return residentBytes(pid)
}
