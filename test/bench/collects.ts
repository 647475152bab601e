import { isMainThread } from 'node:worker_threads'

/**
 * Loaded before a server whose memory is read: collects what nobody holds when it is signalled, and says on stderr that it
 * has. Between two collections a heap holds as much garbage as it likes, which says nothing about what is kept.
 */
export const COLLECTED = 'collected'

if (isMainThread && globalThis.gc !== undefined) {
  const collect = globalThis.gc
  process.on('SIGUSR2', () => {
    // What the first one finds may hold on to more until it is finalized.
    for (let time = 0; time < 2; time++) collect()
    process.stderr.write(`${COLLECTED}\n`)
  })
}
