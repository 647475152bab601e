/** Every factor this release knows. `dingtalk`, `sms`, `webauthn` and `recovery-code` may be named by a ladder before they can be asked. */
export const FACTOR_KINDS = [
  'totp',
  'sms',
  'email',
  'dingtalk',
  'webauthn',
  'recovery-code',
] as const

export type FactorKind = (typeof FACTOR_KINDS)[number]
