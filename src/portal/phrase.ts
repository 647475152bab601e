import { type Html, html } from '../http/index.ts'

const [OPEN, CLOSE] = ['\u0001', '\u0002']

/** Puts a value between marks that no value can carry, for `phrase` to set in bold. */
export const strong = (value: string): string =>
  `${OPEN}${value.replaceAll(OPEN, '').replaceAll(CLOSE, '')}${CLOSE}`

/** A translated phrase as markup: what `strong` marked is bold, and a zero-width space is where a line may break. */
export function phrase(text: string): Html {
  const [head = '', ...rest] = text.split(OPEN)
  const marked = rest.map((part) => {
    const [bold = '', after = ''] = part.split(CLOSE)
    return html`<b>${broken(bold)}</b>${broken(after)}`
  })
  return html`${broken(head)}${marked}`
}

/** The same phrase where no markup can be, such as in a title. */
export const unmarked = (text: string): string =>
  text.replaceAll(OPEN, '').replaceAll(CLOSE, '').replaceAll('\u200b', '')

function broken(text: string): Html {
  const [head = '', ...rest] = text.split('\u200b')
  return html`${head}${rest.map((part) => html`<wbr>${part}`)}`
}
