import { fail, ok, type Result } from '../../kernel/index.ts'
import type { Lookup } from '../../stepup/index.ts'
import type { Client, SubjectClaim } from '../clients/index.ts'
import type { Parameters } from '../parameters.ts'
import type { Context } from './context-parameter.ts'
import type { IdentifierMissing } from './refusal.ts'

const SUBJECT = /^[^\p{Cc}\p{Zl}\p{Zp}]{1,255}$/u

export type Whom = {
  readonly subject: string
  readonly lookup: Lookup
  readonly directories: Client['subject']['directories']
}

/**
 * `login_hint` is the subject and comes back as `sub`. Who that is here is looked up by the identifier that the client is
 * registered with, or by the immutable id where the client names it together with its directory.
 */
export function subjectOf(
  { subject }: Client,
  parameters: Parameters,
  identifiers: NonNullable<Context['identifiers']>,
): Result<Whom, 'subject-missing' | IdentifierMissing | 'context-invalid'> {
  const hint = parameters.get('login_hint')
  if (hint === undefined || !SUBJECT.test(hint)) return fail('subject-missing')

  const { directory, immutable_id: immutableId } = identifiers
  const isOurs = (name: string) => subject.directories.flat().includes(name)
  if (directory !== undefined && !isOurs(directory)) return fail('context-invalid')
  if (immutableId !== undefined && directory === undefined) return fail('context-invalid')

  const directories = directory === undefined ? subject.directories : [directory]
  if (immutableId !== undefined && directory !== undefined)
    return ok({
      subject: hint,
      lookup: { by: 'immutableId', directory, value: immutableId },
      directories,
    })
  const { claim } = subject
  const value = claim === 'login_hint' ? hint : identifiers[claim]
  if (value !== undefined) return ok({ subject: hint, lookup: { by: 'name', value }, directories })
  return fail(claim === 'login_hint' ? 'subject-missing' : MISSING[claim])
}

const MISSING = {
  preferred_username: 'preferred-username-missing',
  email: 'email-missing',
  upn: 'upn-missing',
} as const satisfies Record<Exclude<SubjectClaim, 'login_hint'>, IdentifierMissing>
