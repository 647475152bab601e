import type * as Http from 'node:http'
import type * as Https from 'node:https'
import { createRequire } from 'node:module'

/**
 * Not by `import`: that reads each export of Node's own modules, and one of them loads all of `fetch` (undici): some 90 ms
 * and 13 MiB that a start does without. A test of the architecture watches over it.
 */
const require = createRequire(import.meta.url)

export const { createServer, IncomingMessage, ServerResponse }: typeof Http = require('node:http')
export const { createServer: createTlsServer }: typeof Https = require('node:https')
