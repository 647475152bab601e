const NAME_MAX = 120

/**
 * Names come from clients, directories and browsers. What would break a header line, reverse the text or hide a part of
 * it is left out: line breaks, control, format and private-use characters.
 */
export function plain(text: string, lengthMax = NAME_MAX): string {
  const shown = text
    .replace(/[\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .trim()
  return [...shown].slice(0, lengthMax).join('')
}
