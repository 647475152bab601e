/**
 * JSON from outside. Undefined for what is none, and where a member is named twice: this reader would keep the last of
 * them and another reader the first, and two readers of one text must never see two different things.
 */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return countKept(value) === countWritten(text) ? value : undefined
  } catch {
    return undefined
  }
}

/** Members of all objects in it. Not by recursion, since what is nested deeply would exhaust the stack. */
function countKept(value: unknown): number {
  let count = 0
  for (const waiting = [value]; waiting.length > 0; ) {
    const next = waiting.pop()
    if (typeof next !== 'object' || next === null) continue
    const inside = Object.values(next)
    if (!Array.isArray(next)) count += inside.length
    for (const one of inside) waiting.push(one)
  }
  return count
}

/** Of a text that is JSON: there is a colon outside of strings for each member. */
function countWritten(text: string): number {
  let [count, isString] = [0, false]
  for (let index = 0; index < text.length; index++) {
    const sign = text[index]
    if (sign === '"') isString = !isString
    else if (isString && sign === '\\') index++
    else if (!isString && sign === ':') count++
  }
  return count
}
