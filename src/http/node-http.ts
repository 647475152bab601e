import type * as Http from 'node:http'
import type * as Https from 'node:https'
import { createRequire } from 'node:module'

/**
 * Not by `import`: that reads each export of Node's own modules, and one of them loads all of `fetch` (undici), which takes
 * longer than any room of ours, and memory that serving does without. A test of the architecture watches over it.
 */
const require = createRequire(import.meta.url)

export const { createServer, IncomingMessage, ServerResponse }: typeof Http = require('node:http')
export const { createServer: createTlsServer }: typeof Https = require('node:https')
