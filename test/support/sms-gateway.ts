import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One text message as the gateway was asked to send it. */
export type Text = {
  readonly to: string
  readonly text: string
  readonly id: string
  /** What its last line says, where it is our host that it is bound to; empty where it holds no code at all. */
  readonly code: string
}

/** What the gateway does with the next requests. */
export type GatewayMood =
  | 'accept'
  /** Says no by its status, by its answer, or because too much was sent. */
  | 'refuse'
  | 'refuse-in-answer'
  | 'throttle'
  | 'busy'
  /** Says somebody else did not answer. */
  | 'gave-up'
  | 'bad-gateway'
  /** Takes it, in other words than were written down. */
  | 'other-success'
  | 'redirect'
  | 'hang'
  /** Begins to answer, and stops. */
  | 'stall'
  | 'reset'
  /** Takes it, and answers a megabyte. */
  | 'flood'
  | 'gibberish'

export type SmsGateway = AsyncDisposable & {
  readonly url: string
  readonly texts: Text[]
  /** What was asked for and is no request that this gateway takes; each is a bug. */
  readonly wrong: string[]
  /** How many requests came, taken or not. */
  asked(): number
  set(mood: GatewayMood): void
  last(): Text
  /** For `channels.sms`. */
  settings(name?: string): Record<string, unknown>
}

const KEY = 'Bearer key-of-a-gateway'
const FLOOD = 1024 * 1024

/** For `channels.sms`. */
export const gatewaySettings = (url: string, name: string) => ({
  ...{ provider: 'http', name, url },
  headers: [{ name: 'Authorization', value: KEY }],
  body: { json: { to: '{to}', message: { body: '{text}', kind: 1 }, ref: '{id}' } },
  success: { status: [202], jsonPath: 'result.code', equals: 0 },
  ...{ messageIdPath: 'result.id', timeoutSeconds: 1 },
})

export const gatewayUrl = (port: number): string => `http://127.0.0.1:${port}/v1/send`

/**
 * A real gateway on loopback, over JSON, that reads every request as strictly as it can.
 * @param host to which codes are bound.
 */
export async function openSmsGateway({ port = 0, host = 'localhost' } = {}): Promise<SmsGateway> {
  const texts: Text[] = []
  const wrong: string[] = []
  let mood: GatewayMood = 'accept'
  let asked = 0
  const server = createServer(async (request, response) => {
    asked++
    const read = await readRequest(request, host)
    if (typeof read === 'string') {
      wrong.push(read)
      answer(response, 400, { code: 1 })
      return
    }
    if (mood === 'accept' || mood === 'flood' || mood === 'gibberish') texts.push(read)
    reply(mood, response, read)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const url = gatewayUrl((server.address() as AddressInfo).port)
  return {
    ...{ url, texts, wrong, asked: () => asked },
    set(to) {
      mood = to
    },
    last() {
      const text = texts.at(-1)
      if (text === undefined) throw new Error('no text came')
      return text
    },
    settings: (name = 'first') => gatewaySettings(url, name),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What is wrong with it, or what it says. */
async function readRequest(request: IncomingMessage, bound: string): Promise<Text | string> {
  const { method, url, headers } = request
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  if (method !== 'POST' || url !== '/v1/send') return `${method} ${url}`
  if (headers.authorization !== KEY) return 'not signed in'
  if (headers['content-type'] !== 'application/json') return `${headers['content-type']}`
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  if (`${Object.keys(body)}` !== 'to,message,ref') return `members ${Object.keys(body)}`
  const { to, message, ref } = body
  if (typeof to !== 'string' || !/^\+[1-9][0-9]{6,14}$/.test(to)) return `to ${to}`
  if (typeof ref !== 'string' || !/^[\w-]{22}$/.test(ref)) return `ref ${ref}`
  if (`${Object.keys(message)}` !== 'body,kind' || message.kind !== 1) return 'message'
  const [, host, code = ''] = /\n@(\S+) #([0-9]{6,8})$/.exec(message.body) ?? []
  const isCode = /[0-9]{6}/.test(message.body)
  if (isCode && (host !== bound || code === '')) return `text ${message.body}`
  return { to, text: message.body, id: ref, code }
}

type Plain = Exclude<GatewayMood, 'accept' | 'hang' | 'stall' | 'reset' | 'gibberish'>

const ANSWERS: Readonly<Record<Plain, readonly [status: number, body: object]>> = {
  refuse: [400, { result: { code: 21 } }],
  'refuse-in-answer': [202, { result: { code: 21 } }],
  throttle: [429, {}],
  busy: [503, {}],
  'gave-up': [504, {}],
  'bad-gateway': [502, {}],
  'other-success': [200, { result: { code: 0 } }],
  redirect: [307, {}],
  flood: [202, { result: { code: 0, id: 'x'.repeat(FLOOD) } }],
}

function reply(mood: GatewayMood, response: ServerResponse, { id }: Text): void {
  if (mood === 'hang') return
  if (mood === 'reset') response.socket?.resetAndDestroy()
  else if (mood === 'stall')
    response.writeHead(202, { 'content-type': 'application/json' }).write('{"result":')
  else if (mood === 'gibberish') response.writeHead(202).end('<html>OK</html>')
  else if (mood === 'accept') answer(response, 202, { result: { code: 0, id: `msg-${id}` } })
  else {
    if (mood === 'redirect') response.setHeader('location', '/v1/send')
    answer(response, ...ANSWERS[mood])
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
