import { nameKeyOf } from './name-key.ts'

/** Which directories a name is a name of, by its suffix; undefined where nobody claims it. */
export type RouteOf = (name: string) => ReadonlySet<string> | undefined

/** `name@suffix` and `suffix\name`, in any spelling. */
export function createRoutes(
  directories: readonly { readonly name: string; readonly suffixes: readonly string[] }[],
): RouteOf {
  const routes = new Map<string, Set<string>>()
  for (const { name, suffixes } of directories)
    for (const suffix of suffixes) {
      const key = nameKeyOf(suffix)
      if (key === undefined) continue
      routes.set(key, (routes.get(key) ?? new Set()).add(name))
    }
  return (name) => {
    const suffix = suffixOf(nameKeyOf(name) ?? '')
    return suffix === undefined ? undefined : routes.get(suffix)
  }
}

/** The domain of `domain\name` says more than what follows an `@`, which may be part of the name. */
function suffixOf(nameKey: string): string | undefined {
  const slash = nameKey.indexOf('\\')
  if (slash >= 0) return nameKey.slice(0, slash)
  const at = nameKey.lastIndexOf('@')
  return at < 0 ? undefined : nameKey.slice(at + 1)
}
