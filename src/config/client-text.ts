import { stringify } from 'yaml'
import type { ClientAuthConfig, ClientConfig } from './config.ts'
import { explain } from './explain.ts'
import { createNode } from './json-schema.ts'
import { inOrder } from './parse-config.ts'
import type { Problem } from './problem.ts'
import { blankReader } from './reader.ts'
import { clients } from './schema/clients.ts'

/** A client as it is written, without what has a default that will do. */
export type WrittenClient = {
  readonly id: string
  readonly name: string
  readonly auth: {
    readonly method: Extract<ClientAuthConfig['method'], 'private_key_jwt'>
    readonly jwksUri: string
  }
  readonly redirectUris: readonly string[]
  readonly subject: {
    readonly from: 'par'
    readonly claim: ClientConfig['subject']['claim']
    readonly directories: readonly string[]
  }
}

/** An entry of `clients`, indented as one, or what the configuration would not take of it. */
export function formatClient(client: WrittenClient): {
  readonly text: string
  readonly problems: readonly Problem[]
} {
  const value = { clients: [client] }
  const parsed = clients(blankReader).safeParse(value.clients)
  const root = createNode()
  const findings = (parsed.error?.issues ?? [])
    .map((issue) => ({ ...issue, path: ['clients', ...issue.path] }))
    .flatMap((issue) => explain(issue, root, value))
  const lines = stringify([client], { lineWidth: 0 }).trimEnd().split('\n')
  return {
    text: lines.map((line) => `  ${line}`).join('\n'),
    problems: inOrder(findings, { value, at: () => null }),
  }
}
