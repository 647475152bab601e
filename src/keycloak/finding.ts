/** One thing to change, worded for whoever was woken up by it. */
export type Finding = {
  /** `mind`: it works, and somebody should look. */
  readonly weighs: 'wrong' | 'mind'
  /** A sentence of its own. */
  readonly says: string
  /** What comes of it. */
  readonly why: string
  /** Where to change it, as the admin console leads there; or in our own configuration. */
  readonly where: string
}

/** `Authentication → Flows`, as a person clicks it. */
export const at = (...steps: readonly string[]): string => steps.join(' → ')

const SHOWN_MAX = 8

export function listed(names: readonly string[]): string {
  const more = names.length - SHOWN_MAX
  return more > 0 ? `${names.slice(0, SHOWN_MAX).join(', ')} and ${more} more` : names.join(', ')
}
