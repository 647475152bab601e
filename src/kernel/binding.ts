/** What trust holds for: whoever comes from the same network, in the same browser, or both. */
export const BINDINGS = ['ip', 'device', 'ip+device'] as const

export type Binding = (typeof BINDINGS)[number]
