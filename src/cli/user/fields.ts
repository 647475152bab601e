import type { Command } from 'commander'

export type FieldOptions = {
  readonly name?: string
  readonly email?: readonly string[]
  readonly phone?: readonly string[]
  readonly locale?: string
}

export const withFieldOptions = (command: Command): Command =>
  command
    .option('--name <text>', 'the name that people read')
    .option('--email <address>', 'an address, the preferred one first; may be repeated', oneMore)
    .option('--phone <number>', 'a number, the preferred one first; may be repeated', oneMore)
    .option('--locale <language>', 'en or zh-CN')

/** Repeated rather than listed: an option that takes a list would swallow the argument after it. */
export const oneMore = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
]

export const writtenFrom = ({ name, email, phone, locale }: FieldOptions) => ({
  displayName: name,
  emails: email,
  phones: phone,
  locale,
})
