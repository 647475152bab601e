/**
 * The word that was probably meant: at most two slips of the finger away, and fewer than half of the word.
 * A secret written where its file belongs (`password`) means the file.
 */
export function findNearest(written: string, known: readonly string[]): string | undefined {
  const ranked = known
    .flatMap((word) => [word, word.replace(/(?:File|Env)$/, '')].map((stem) => ({ word, stem })))
    .map(({ word, stem }) => ({
      word,
      stem,
      slips: slipsBetween(written.toLowerCase(), stem.toLowerCase()),
    }))
    .filter(({ stem, slips }) => slips <= 2 && slips * 2 < stem.length)
    .sort((a, b) => a.slips - b.slips)
  return ranked[0]?.word
}

/** Levenshtein's distance, given up for words that are too long to be a slip. */
function slipsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, left] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, right] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (left === right ? 0 : 1)
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, replaced))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
