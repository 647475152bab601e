import { z } from 'zod'
import { BINDINGS } from '../../kernel/index.ts'

const HOURS_MAX = 168
const DURATION = /^(?:(0|[1-9]\d{0,2})h|([0-7])d)$/

/** `24h` or `3d`; hours as a number, as code counts them. */
export const trustHours = z
  .union([z.string(), z.number()], {
    error: () => 'is no time that trust may last',
  })
  .transform((written, context) => {
    const hours = typeof written === 'number' ? written : hoursIn(written)
    if (hours !== undefined && Number.isInteger(hours) && hours >= 0 && hours <= HOURS_MAX)
      return hours
    context.addIssue({
      code: 'custom',
      message: 'is no time that trust may last',
      params: { wanted: `0h to ${HOURS_MAX}h, or 0d to 7d` },
    })
    return z.NEVER
  })

/** As an operator writes it in a command. */
export function parseTrustHours(written: string): number | undefined {
  const parsed = trustHours.safeParse(written)
  return parsed.success ? parsed.data : undefined
}

function hoursIn(written: string): number | undefined {
  const [, hours, days] = DURATION.exec(written) ?? []
  if (hours !== undefined) return Number(hours)
  return days === undefined ? undefined : Number(days) * 24
}

export const trustBinding = z
  .enum(BINDINGS)
  .default('ip+device')
  .describe(
    'Where it counts. `ip`: for whoever comes from the same address under the same name, with no more than the password. `device`: in the same browser, where the person ticked the box. `ip+device`: both.',
  )

export const trust = z
  .strictObject({
    hours: trustHours
      .prefault('0h')
      .describe(
        'How long a factor that was proven counts again, from that moment on: `0h` to `168h`, or `0d` to `7d`. 0: everybody is asked every time.',
      ),
    binding: trustBinding,
    ipv6Prefix: z
      .union([z.literal(128), z.literal(64)])
      .default(128)
      .describe('What counts as the same IPv6 address: all of it, or the network in which it is.'),
  })
  .prefault({})
  .meta({
    description:
      'When people need not be asked again. A pass repeats the `acr`, `amr` and `auth_time` of what earned it; `max_age`, `prompt=login` and an essential `acr` that was not earned are asked all the same.',
    example: { hours: '12h', binding: 'ip+device' },
  })
