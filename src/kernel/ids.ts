import type { Random } from './random.ts'

declare const kind: unique symbol

const PREFIX = {
  account: 'acc_',
  stepUp: 'stp_',
  challenge: 'chl_',
  enrolment: 'enr_',
  request: 'req_',
  event: 'evt_',
  trust: 'tru_',
  operatorCode: 'opc_',
} as const
const BYTES = 16

export type IdKind = keyof typeof PREFIX

/** The prefix is part of the value: a mixed-up id fails to parse instead of silently finding nothing. */
export type Id<K extends IdKind> = `${(typeof PREFIX)[K]}${string}` & { readonly [kind]: K }

export function newId<K extends IdKind>(of: K, random: Random): Id<K> {
  return `${PREFIX[of]}${Buffer.from(random.bytes(BYTES)).toString('base64url')}` as Id<K>
}

export function parseId<K extends IdKind>(of: K, text: unknown): Id<K> | undefined {
  if (typeof text !== 'string' || !text.startsWith(PREFIX[of])) return undefined
  const body = text.slice(PREFIX[of].length)
  return /^[A-Za-z0-9_-]{22}$/.test(body) ? (text as Id<K>) : undefined
}
