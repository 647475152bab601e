/** sysexits.h, but for the first two. */
export const EXIT = { ok: 0, problem: 1, usage: 64, unavailable: 69, configuration: 78 } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
