import type { Finding } from './cross-checks.ts'
import type { Path } from './yaml-text.ts'

/** What names something is there once. */
export function repeated(
  values: readonly (string | undefined)[] | undefined,
  pathOf: (index: number) => Path,
): Finding[] {
  return (values ?? []).flatMap((value, index) =>
    value !== undefined && values?.indexOf(value) !== index
      ? [{ path: pathOf(index), says: 'is written twice', wanted: 'a value of its own' }]
      : [],
  )
}
