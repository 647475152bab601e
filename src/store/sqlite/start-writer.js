// Plain JavaScript, since a thread does not inherit the compile cache: what is loaded from here on comes out of it.
// Otherwise the writer would load Node's whole TypeScript stripper once more, for itself alone.
import { enableCompileCache } from 'node:module'
import { workerData } from 'node:worker_threads'

if (workerData.cacheFolder !== null) enableCompileCache(workerData.cacheFolder)
await import('./writer.ts')
