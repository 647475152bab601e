import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'

/**
 * A thread that loads the writer's code and has no file yet. Nobody waits for it until it is given one; what goes wrong
 * with it before that is found then.
 */
export function loadWriter(): Worker {
  // Node adds a folder of its version to the one that it is given.
  const cache = getCompileCacheDir()
  const workerData = { cacheFolder: cache === undefined ? null : dirname(cache) }
  const url = new URL('../sqlite/start-writer.js', import.meta.url)
  const worker = new Worker(url, { workerData })
  worker.unref()
  worker.on('error', () => {})
  return worker
}
