/** Of those with the same key the first, in their order. */
export function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const keys = items.map(keyOf)
  return items.filter((_, at) => keys.indexOf(keys[at] ?? '') === at)
}
