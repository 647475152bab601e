import { createServer } from 'node:http'
import express from 'express'
import type { Browser, Page } from 'playwright-core'
import {
  createSecurityHeaders,
  createTemplates,
  type Html,
  onEveryRequest,
} from '../../src/http/index.ts'
import { createMoments, createTranslator } from '../../src/i18n/index.ts'
import { LOCALES, type Locale } from '../../src/kernel/index.ts'
import { openAssets, TEMPLATES } from '../../src/portal/assets.ts'
import { createPages } from '../../src/portal/pages.ts'
import { frameIn, statesOf } from './gallery-states.ts'
import { complaintsOf, faultsOf } from './judge.ts'

export type Look = {
  readonly look: string
  readonly width: number
  readonly height: number
  readonly colorScheme: 'light' | 'dark'
  readonly forcedColors: 'none' | 'active'
  /** With what is folded in unfolded. */
  readonly isOpen: boolean
}

const PLAIN = { colorScheme: 'light', forcedColors: 'none', isOpen: false } as const
const NARROW = { ...PLAIN, width: 390, height: 844 }
const WIDE = { ...PLAIN, width: 1280, height: 800 }

/** What every change must keep. */
export const LOOKS: readonly Look[] = [
  { ...NARROW, look: '390-light' },
  { ...NARROW, look: '390-dark', colorScheme: 'dark' },
  { ...WIDE, look: '1280-dark', colorScheme: 'dark' },
  { ...WIDE, look: '1280-light' },
  { ...NARROW, look: '390-open', isOpen: true },
]
/** At 400 % zoom. */
export const ZOOMED: Look = { ...PLAIN, look: '320-light', width: 320, height: 640 }
/** With the system's own colours: a tour of its own, for Chromium keeps their ground when they are gone. */
export const FORCED: Look = { ...WIDE, look: '1280-forced', forcedColors: 'active' }

export type Gallery = AsyncDisposable & {
  readonly names: readonly string[]
  /** Shows each page in each look, and hands on what is wrong with it. */
  tour(
    browser: Browser,
    locale: Locale,
    of: { readonly looks: readonly Look[]; readonly names: readonly string[] },
    visit?: (page: Page, name: string, look: Look) => Promise<void>,
  ): Promise<readonly string[]>
}

/** Every page and state on a server of its own, with the headers that Sallyport sends. */
export async function openGallery(logo: string | null): Promise<Gallery> {
  const assets = openAssets({ folder: null, logo, brand: null, brandDark: null })
  const shown = pagesOf(assets)
  const app = express()
  app.use(onEveryRequest([createSecurityHeaders('http')]))
  for (const { path, body, type } of assets.all)
    app.get(path, (_request, response) => void response.type(type).send(body))
  // A page that goes on by itself stays where it is: 204 is no new page.
  app.get('/over', (_request, response) => void response.status(204).end())
  app.get('/:locale/:name', ({ path }, response) => {
    const html = shown.get(path)
    response.status(html === undefined ? 404 : 200).type('html')
    response.send(`${html ?? 'no such page'}`)
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  return {
    names: [...shown.keys()].flatMap((path) => (path.startsWith('/en/') ? [path.slice(4)] : [])),
    async tour(browser, locale, { looks, names }, visit = async () => {}) {
      const problems: string[] = []
      const context = await browser.newContext()
      const complaints = complaintsOf(context)
      const page = await context.newPage()
      for (const name of names) {
        await page.goto(`http://127.0.0.1:${port}/${locale}/${name}`)
        for (const look of looks) {
          const { width, height, colorScheme, forcedColors, isOpen } = look
          if (isOpen && (await page.locator('details').count()) === 0) continue
          await page.setViewportSize({ width, height })
          await page.emulateMedia({ colorScheme, forcedColors })
          await page.evaluate(
            `document.querySelectorAll('details').forEach((it) => { it.open = ${isOpen} })`,
          )
          const faults = await faultsOf(page, { forced: forcedColors === 'active' })
          problems.push(...faults.map((fault) => `${locale} ${name} ${look.look}: ${fault}`))
          await visit(page, name, look)
        }
      }
      await context.close()
      return [...problems, ...complaints]
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function pagesOf(assets: ReturnType<typeof openAssets>): ReadonlyMap<string, Html> {
  const pages = createPages({
    ...{ assets, templates: createTemplates({ folders: [TEMPLATES] }) },
    ...{ translate: createTranslator(), moments: createMoments('Asia/Shanghai') },
    setting: {
      ...{ base: '', org: 'Kestrel', privacyUrl: 'https://kestrel.example/privacy' },
      support: { phone: '+86 571 5550 0100', email: 'it@kestrel.example', url: null },
    },
  })
  return new Map(
    LOCALES.flatMap((locale) =>
      Object.entries(statesOf(pages, frameIn(locale))).map(
        ([name, html]) => [`/${locale}/${name}`, html] as const,
      ),
    ),
  )
}
