// Plain JavaScript, since a thread does not inherit the compile cache: only what is loaded after the next line comes out
// of it. Without it the writer would load the whole TypeScript stripper for itself, 20 MiB and as many milliseconds.
import { enableCompileCache } from 'node:module'
import { workerData } from 'node:worker_threads'

if (workerData.cacheFolder !== undefined) enableCompileCache(workerData.cacheFolder)
await import('./writer.ts')
