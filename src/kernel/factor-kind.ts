/** Every factor this release knows. `dingtalk`, `sms`, `webauthn` and `recovery-code` may be named by a ladder before they can be asked. */
export const FACTOR_KINDS = [
  'totp',
  'sms',
  'email',
  'dingtalk',
  'webauthn',
  'recovery-code',
  'bind-code',
  'bypass-code',
] as const

export type FactorKind = (typeof FACTOR_KINDS)[number]

/** Codes that an operator hands out: one to set up an OTP app, one to sign in once. No policy enables them, and no rung names them. */
export const OPERATOR_CODES = ['bind-code', 'bypass-code'] as const satisfies readonly FactorKind[]

export type OperatorCodeKind = (typeof OPERATOR_CODES)[number]

export const operatorCodeKindOf = (kind: string): OperatorCodeKind | undefined =>
  OPERATOR_CODES.find((one) => one === kind)
