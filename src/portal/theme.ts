/** The operator's colours, and what they do to legibility. */
export type Theme = { readonly brand: string | null; readonly brandDark: string | null }

type Scheme = 'light' | 'dark'
export type ThemeCheck = {
  readonly scheme: Scheme
  readonly brand: string
  readonly onBrand: string
  /** Text on the button. At least 4.5. */
  readonly textRatio: number
  /** Of the path and borders against the page. At least 3, or a darker (lighter) mark is used. */
  readonly mark: string
  readonly markRatio: number
}

const DEFAULTS = {
  light: { brand: '#0b4b54', ground: '#edf1f0', inks: ['#ffffff', '#12201e'], towards: 0 },
  dark: { brand: '#7cc3c8', ground: '#141c1a', inks: ['#ffffff', '#04201f'], towards: 255 },
} as const

/** Picks what can be read on each brand colour, with its ratio (WCAG 2.2). Whatever the colour is, text stays readable. */
export function checkTheme(theme: Theme): readonly ThemeCheck[] {
  return [check('light', theme.brand), check('dark', theme.brandDark ?? theme.brand)]
}

function check(scheme: Scheme, wanted: string | null): ThemeCheck {
  const { brand: ours, ground, inks, towards } = DEFAULTS[scheme]
  const brand = wanted === null ? ours : normal(wanted)
  const [white, ink] = inks
  const best = ratio(brand, white) >= ratio(brand, ink) ? white : ink
  // Between white and black one always reaches it; between white and a tinted ink not quite.
  const onBrand = ratio(brand, best) >= TEXT_MIN ? best : BLACK
  const mark = readable(brand, ground, towards)
  return {
    scheme,
    brand,
    onBrand,
    textRatio: ratio(brand, onBrand),
    mark,
    markRatio: ratio(mark, ground),
  }
}

const TEXT_MIN = 4.5
const MARK_MIN = 3
const BLACK = '#000000'

/** The same hue, moved towards black or white until it can be told from the ground. */
function readable(colour: string, ground: string, towards: number): string {
  for (let share = 0; share < 100; share += 5) {
    const moved = mix(colour, towards, share / 100)
    if (ratio(moved, ground) >= MARK_MIN) return moved
  }
  return mix(colour, towards, 1)
}

export function themeCss(theme: Theme): string {
  const [light, dark] = checkTheme(theme).map(
    ({ brand, onBrand, mark }) => `:root{--brand:${brand};--on-brand:${onBrand};--mark:${mark}}`,
  )
  return `${light}\n@media (prefers-color-scheme:dark){${dark}}\n`
}

/** `#abc` or `#aabbcc`; anything else is our own colour, since it goes into a style sheet. */
function normal(colour: string): string {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour)
  if (short !== null)
    return `#${short
      .slice(1)
      .map((digit) => digit + digit)
      .join('')}`.toLowerCase()
  return /^#[0-9a-f]{6}$/i.test(colour) ? colour.toLowerCase() : DEFAULTS.light.brand
}

const channels = (colour: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

function mix(colour: string, towards: number, share: number): string {
  const mixed = channels(colour).map((value) => Math.round(value + (towards - value) * share))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

function ratio(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return Math.round(((light + 0.05) / (dark + 0.05)) * 100) / 100
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
