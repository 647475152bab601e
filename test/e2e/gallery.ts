import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOCALES } from '../../src/kernel/index.ts'
import { launch } from './chromium.ts'
import { FORCED, LOOKS, openGallery, ZOOMED } from './gallery-tour.ts'

/** node test/e2e/gallery.ts FOLDER [PART OF A NAME]: a picture of every page and state, each judged as in the test. */
const [folder = 'gallery', only = ''] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const logo = join(folder, 'logo.svg')
writeFileSync(
  logo,
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><style>path{fill:#0b4b54}@media(prefers-color-scheme:dark){path{fill:#7cc3c8}}</style><path d="M1 2h6v8l7-8h9L12 12l11 10h-9l-7-7v7H1z"/></svg>',
)

await using gallery = await openGallery(logo)
await using browser = await launch()
const names = gallery.names.filter((name) => name.includes(only))
const problems: string[] = []
for (const looks of [[...LOOKS, ZOOMED], [FORCED]])
  for (const locale of LOCALES) {
    const found = await gallery.tour(browser, locale, { looks, names }, async (page, name, at) => {
      const path = join(folder, `${locale}-${name}-${at.look}.png`)
      await page.screenshot({ path, fullPage: true })
    })
    problems.push(...found)
  }
for (const problem of problems) console.log(problem)
console.log(`${names.length * LOCALES.length} pages, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
