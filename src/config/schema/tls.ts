import type { z } from 'zod'
import type { Reader } from '../reader.ts'
import { certificateFile, pairProblem, privateKeyFile, refuse, text } from './parts.ts'

/** How a connection that we make is secured. `named` is the key with the names that certificates are looked up for. */
export const tlsKeys = (reader: Reader, named: string) => ({
  caFile: certificateFile(reader)
    .optional()
    .describe("The CA of the server's certificate. Without it: those that Node knows."),
  certFile: certificateFile(reader)
    .optional()
    .describe('A certificate to sign in with, where the server wants one.'),
  keyFile: privateKeyFile(reader).optional().describe('Its private key.'),
  serverName: text('a host name', /^[A-Za-z0-9.-]+$/)
    .optional()
    .describe(`The name in the certificate, where it is not the one in \`${named}\`.`),
})

/** Judged on whatever was written, so each value is looked at before it is used. */
export function checkTls(
  written: Partial<Record<string, unknown>>,
  context: z.RefinementCtx,
): void {
  const { mode, certFile: cert, keyFile: key } = written
  const idle = ['caFile', 'certFile', 'keyFile', 'serverName'].filter(
    (name) => written[name] !== undefined,
  )
  if (mode === 'dangerously_off' && idle.length > 0)
    refuse(
      context,
      { says: `turns off what ${idle.join(', ')} would do`, wanted: 'one or the other' },
      ['mode'],
    )
  for (const [one, other] of [['certFile', 'keyFile'] as const, ['keyFile', 'certFile'] as const])
    if (written[one] !== undefined && written[other] === undefined)
      refuse(context, { says: `has no ${other}`, wanted: `${other} beside it` }, [one])
  const found = pairProblem(cert, key)
  if (found !== undefined) refuse(context, found, ['keyFile'])
}
