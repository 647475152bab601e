import { z } from 'zod'
import { fail, ok, type Result, type Secret } from '../../kernel/index.ts'
import type { Reader, Wrong } from '../reader.ts'
import { anyText, envName, exactlyOne, isRecord, pathText, pointer, refuse } from './parts.ts'

/** Read now, so that what is wrong is said at once, and anew whenever it is asked for: passwords are changed while this runs. */
export type Asked = {
  /** The path, or the name of the variable. */
  readonly at: string
  read(): Result<string, Wrong>
}

function asked(read: (to: string) => Result<Secret, Wrong>, place: (to: string) => string) {
  return (to: string): Result<Asked, Wrong> => {
    const again = (): Result<string, Wrong> => {
      const found = read(to)
      return found.ok ? passwordIn(found.value.reveal()) : found
    }
    const first = again()
    return first.ok ? ok({ at: place(to), read: again }) : fail(first.error)
  }
}

/** Many servers take a bind without a password for one as nobody, and say that it succeeded. */
const passwordIn = (password: string): Result<string, Wrong> =>
  password.includes('\0')
    ? fail({ says: 'holds a NUL character', wanted: 'the password, as text' })
    : ok(password)

export const bind = (reader: Reader) =>
  z
    .strictObject({
      mode: z
        .enum(['simple', 'external'])
        .default('simple')
        .describe(
          '`simple`: by name and password. `external` (SASL EXTERNAL): as whom `tls.certFile` names.',
        ),
      dn: anyText('a DN; in Active Directory also name@domain or DOMAIN\\name', 1000)
        .optional()
        .describe('Whom to sign in as: an account that may read people and nothing else.'),
      passwordFile: pointer(
        pathText,
        'the path of a file that holds the password',
        asked(reader.fileSecret, reader.path),
      )
        .optional()
        .describe('File with its password. It is read again for every connection.'),
      passwordEnv: pointer(
        envName,
        'the name of an environment variable',
        asked(reader.envSecret, (name) => name),
      )
        .optional()
        .describe('Environment variable with it, instead of `passwordFile`.'),
    })
    .check(exactlyOne(['passwordFile', 'passwordEnv'], false))
    .superRefine(checkBind, { when: ({ value }) => isRecord(value) })

function checkBind(written: Partial<Record<string, unknown>>, context: z.RefinementCtx): void {
  const passwords = ['passwordFile', 'passwordEnv'].filter((key) => written[key] !== undefined)
  if (written['mode'] === 'external') {
    const idle = [...(written['dn'] === undefined ? [] : ['dn']), ...passwords]
    if (idle.length > 0)
      refuse(
        context,
        { says: `is external, which has no ${idle.join(', ')}`, wanted: 'one or the other' },
        ['mode'],
      )
    return
  }
  if (written['dn'] === undefined)
    refuse(context, { says: 'is missing', wanted: 'the DN of an account, or mode: external' }, [
      'dn',
    ])
  if (written['dn'] !== undefined && passwords.length === 0)
    refuse(context, { says: 'has no password', wanted: 'passwordFile or passwordEnv beside it' }, [
      'dn',
    ])
}
