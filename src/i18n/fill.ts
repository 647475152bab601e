/** Each place once, from left to right: a value that looks like a place stays a value. */
export function fill(phrase: string, given: Readonly<Record<string, string | number>>): string {
  return phrase.replace(/\{(\w+)\}/g, (place, name: string) => `${given[name] ?? place}`)
}
