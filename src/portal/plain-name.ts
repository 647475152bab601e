/**
 * A name as a page shows it. Names come from clients and directories: what would break a line, turn the text around or
 * hide a part of it is left out. The two joiners stay, since Persian and Indic names and many emoji are written with them.
 */
export const plainName = (name: string): string =>
  name.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
