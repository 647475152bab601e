let make: (markup: string) => Html

/** Markup that is safe to send. Nothing outside this room can make it of text without `html`. */
export class Html {
  readonly #markup: string

  static {
    make = (markup) => new Html(markup)
  }

  private constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** For the template engine alone, which has escaped what it filled in. The door of this room does not export it. */
export const printed = (markup: string): Html => make(markup)

export type Fill = Html | string | number | null | undefined | readonly Fill[]

/** Escapes what is filled in, unless it is Html already. Nothing is printed for null and undefined. */
export function html(parts: TemplateStringsArray, ...fills: readonly Fill[]): Html {
  const text = parts.map((part, place) => (place === 0 ? part : fillIn(fills[place - 1]) + part))
  return printed(text.join(''))
}

/** What a template prints of a value. */
export function fillIn(value: unknown): string {
  if (value instanceof Html) return value.toString()
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(fillIn).join('')
  return escapeText(String(value))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeText = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '')
