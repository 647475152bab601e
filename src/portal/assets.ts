import { existsSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hashOf, invariant } from '../kernel/index.ts'
import { type Theme, themeCss } from './theme.ts'

export type Asset = { readonly path: string; readonly body: Buffer; readonly type: string }

export type Assets = {
  /** Below the issuer's path, each with the hash of its content in its name, so that it may be cached for ever. */
  readonly all: readonly Asset[]
  readonly style: string
  readonly theme: string
  readonly logo: string | null
}

export type AssetsSetting = Theme & {
  /** A `style.css` in it replaces ours. */
  readonly folder: string | null
  readonly logo: string | null
}

const OURS = fileURLToPath(new URL('./assets/', import.meta.url))
const LOGO_TYPES: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
}

/** Reads them once. Where our templates lie: `TEMPLATES`. */
export function openAssets({ folder, logo, ...colours }: AssetsSetting): Assets {
  const own = folder === null ? null : join(folder, 'style.css')
  const css = readFileSync(own !== null && existsSync(own) ? own : join(OURS, 'style.css'))
  const style = named('style', '.css', css, 'text/css; charset=utf-8')
  const theme = named('theme', '.css', Buffer.from(themeCss(colours)), 'text/css; charset=utf-8')
  const picture = logo === null ? null : logoOf(logo)
  return {
    all: [style, theme, ...(picture === null ? [] : [picture])],
    style: style.path,
    theme: theme.path,
    logo: picture?.path ?? null,
  }
}

export const TEMPLATES = fileURLToPath(new URL('./templates/', import.meta.url))

function logoOf(file: string): Asset {
  const ending = extname(file).toLowerCase()
  const type = LOGO_TYPES[ending]
  invariant(type !== undefined, `the configuration takes pictures alone: ${file}`)
  return named('logo', ending, pictureIn(file), type)
}

function pictureIn(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`the logo cannot be read: ${why}`, { cause })
  }
}

function named(name: string, ending: string, body: Buffer, type: string): Asset {
  const hash = hashOf(body.toString('base64')).slice(0, 16)
  return { path: `/assets/${name}.${hash}${ending}`, body, type }
}
