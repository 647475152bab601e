import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'

/** What `start-writer.js` is started with. */
export type WriterData = { readonly cacheFolder: string | null }

export type LoadedWriter = {
  readonly worker: Worker
  /** No longer, once it failed or ended while nobody waited for it. */
  isWell(): boolean
}

/** A thread that loads the writer's code and has no file yet. It keeps no process alive until it is given one. */
export function loadWriter(): LoadedWriter {
  // Node adds a folder of its version to the one that it is given.
  const cache = getCompileCacheDir()
  const workerData: WriterData = { cacheFolder: cache === undefined ? null : dirname(cache) }
  const worker = new Worker(new URL('../start-writer.js', import.meta.url), { workerData })
  let isWell = true
  for (const sign of ['error', 'exit'])
    worker.on(sign, () => {
      isWell = false
    })
  worker.unref()
  return { worker, isWell: () => isWell }
}
