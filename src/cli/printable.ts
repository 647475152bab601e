/** The two joiners are part of how Persian and Indic names are written; the rest moves the cursor or hides something. */
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * One line for a terminal, in which nothing that was kept can colour, move or forge another. Written as JSON writes it,
 * so that a line of JSON stays one and means the same.
 */
export const printable = (line: string): string =>
  line.replace(UNPRINTABLE, (sign) =>
    Array.from({ length: sign.length }, (_, at) => escaped(sign.charCodeAt(at))).join(''),
  )

const escaped = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`
