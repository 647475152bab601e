/** One thing that is wrong with the configuration, worded for whoever was woken up by it. */
export type Problem = {
  /** Where: `clients[0].redirectUris[1]`; empty for the file as a whole. */
  readonly key: string
  /** File and line, where the key or its nearest parent was written; null where nothing was. */
  readonly at: string | null
  /** What is wrong, as the rest of a sentence that begins with the key. Never the value itself: it may be a secret. */
  readonly says: string
  /** What would be right. */
  readonly wanted: string
}

/** Every problem in file order, each with its place, so that the file is mended in one go. */
export function formatProblems(
  problems: readonly Problem[],
  what = 'The configuration',
  outcome = 'nothing was started',
): string {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
  const lines = problems.map(({ key, at, says, wanted }) => {
    const place = at === null ? '' : `  (${at})`
    return `  ${key === '' ? 'the file' : key} ${says}${place}\n      wanted: ${wanted}\n`
  })
  return `${what} has ${count}; ${outcome}.\n\n${lines.join('\n')}`
}
