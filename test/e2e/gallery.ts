import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import express from 'express'
import { chromium } from 'playwright-core'
import { createSecurityHeaders, createTemplates, type Html } from '../../src/http/index.ts'
import { createMoments, createTranslator } from '../../src/i18n/index.ts'
import { LOCALES } from '../../src/kernel/index.ts'
import { openAssets, TEMPLATES } from '../../src/portal/assets.ts'
import { createPages } from '../../src/portal/pages.ts'
import { frameIn, statesOf } from './gallery-states.ts'

/** node test/e2e/gallery.ts FOLDER [PART OF A NAME]: a picture of every page and state, each judged by axe. */
const [folder = 'gallery', only = ''] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const logo = join(folder, 'logo.svg')
writeFileSync(
  logo,
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><style>path{fill:#0b4b54}@media(prefers-color-scheme:dark){path{fill:#7cc3c8}}</style><path d="M1 2h6v8l7-8h9L12 12l11 10h-9l-7-7v7H1z"/></svg>',
)

const templates = createTemplates({ folders: [TEMPLATES] })
const assets = openAssets({ folder: null, logo, brand: null, brandDark: null })
const pages = createPages({
  ...{ templates, assets, translate: createTranslator(), moments: createMoments('Asia/Shanghai') },
  setting: {
    ...{ base: '', org: 'Kestrel', privacyUrl: 'https://kestrel.example/privacy' },
    support: { phone: '+86 571 5550 0100', email: 'it@kestrel.example', url: null },
  },
})

const shown = new Map<string, Html>()
for (const locale of LOCALES)
  for (const [name, html] of Object.entries(statesOf(pages, frameIn(locale))))
    shown.set(`/${locale}/${name}`, html)

const app = express()
app.use(createSecurityHeaders('http'))
for (const { path, body, type } of assets.all)
  app.get(path, (_request, response) => void response.type(type).send(body))
// A page that goes on by itself stays where it is: 204 is no new page.
app.get('/over', (_request, response) => void response.status(204).end())
app.use((request, response) => void response.type('html').send(`${shown.get(request.path) ?? ''}`))
const server = createServer(app).listen(0, '127.0.0.1')
await new Promise((done) => server.once('listening', done))
const address = server.address()
const port = typeof address === 'object' && address !== null ? address.port : 0

const LOOKS = [
  { look: '390-light', width: 390, height: 844, colorScheme: 'light', forcedColors: 'none' },
  { look: '390-dark', width: 390, height: 844, colorScheme: 'dark', forcedColors: 'none' },
  { look: '1280-light', width: 1280, height: 800, colorScheme: 'light', forcedColors: 'none' },
  { look: '1280-dark', width: 1280, height: 800, colorScheme: 'dark', forcedColors: 'none' },
  { look: '320-light', width: 320, height: 640, colorScheme: 'light', forcedColors: 'none' },
  { look: '1280-forced', width: 1280, height: 800, colorScheme: 'light', forcedColors: 'active' },
] as const
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ],
})
const problems: string[] = []
for (const { look, width, height, colorScheme, forcedColors } of LOOKS) {
  const context = await browser.newContext({
    ...{ viewport: { width, height }, colorScheme, forcedColors, deviceScaleFactor: 1 },
  })
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${page.url()} ${look}: ${message.text()}`)
  })
  for (const path of shown.keys()) {
    if (!path.includes(only)) continue
    await page.goto(`http://127.0.0.1:${port}${path}`)
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    if (overflow !== 0) problems.push(`${path} ${look}: ${overflow} px too wide`)
    const file = `${path.slice(1).replace('/', '-')}-${look}.png`
    await page.screenshot({ path: join(folder, file), fullPage: true })
    // Axe cannot judge colours that the system has replaced.
    const axe = new AxeBuilder({ page }).withTags(RULES)
    if (forcedColors === 'active') axe.disableRules('color-contrast')
    const { violations } = await axe.analyze()
    for (const { id, nodes } of violations)
      problems.push(
        `${path} ${look}: ${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
      )
  }
  await context.close()
}
await browser.close()
server.close()
for (const problem of problems) console.log(problem)
console.log(`${shown.size} pages, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
