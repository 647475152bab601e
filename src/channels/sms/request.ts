import type { SmsGatewayConfig } from '../../config/index.ts'

/** What placeholders stand for. */
export type Filling = {
  /** E.164. */
  readonly to: string
  readonly text: string
  /** Of this message, so that a gateway may know it again. */
  readonly id: string
}

type Gateway = Pick<SmsGatewayConfig, 'method' | 'headers' | 'body'>

/** One message as this gateway wants it. Values are put in after the template was read, so that none can end its text. */
export function requestFor({ method, headers, body }: Gateway, filling: Filling) {
  const values = new Map(Object.entries({ ...filling, toDigits: filling.to.replace(/\D/g, '') }))
  const filled = new Headers({ accept: 'application/json' })
  for (const { name, value } of headers)
    filled.set(name, typeof value === 'string' ? inText(value, ID_ALONE(filling)) : value.reveal())
  filled.set('content-type', TYPES[body.as])
  return { method, headers: filled, body: written(body, values) }
}

/** Neither number nor text: what stands in a header is logged on the way. */
const ID_ALONE = ({ id }: Filling): Values => new Map([['id', id]])

const TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded;charset=UTF-8',
} as const

type Values = ReadonlyMap<string, string>

function written(body: Gateway['body'], values: Values): string {
  if (body.as === 'json') return JSON.stringify(inValue(body.template, values))
  const fields = Object.entries(body.template)
  return `${new URLSearchParams(fields.map(([name, text]): [string, string] => [name, inText(text, values)]))}`
}

/** Texts alone: the names of members, numbers and everything else stay as they are. */
function inValue(value: unknown, values: Values): unknown {
  if (typeof value === 'string') return inText(value, values)
  if (Array.isArray(value)) return value.map((one) => inValue(one, values))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, inValue(one, values)]),
  )
}

/** Each place once, from left to right: a value that looks like a place stays a value. */
const inText = (text: string, values: Values): string =>
  text.replace(/\{([A-Za-z]+)\}/g, (place, name: string) => values.get(name) ?? place)
