import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContextOptions } from 'playwright-core'
import type { DemoUser } from '../demo/idp.ts'
import { type DemoWorld, type Names, startWorld } from '../demo/world.ts'
import { launch } from './chromium.ts'
import { openVisit, type Visitor } from './visitor.ts'

/** A company of its own, and a browser for the people who sign in there. */
export type Stage = AsyncDisposable & {
  readonly world: DemoWorld
  /** A fresh profile of the browser: no cookie, no history. */
  visit(username: string, options?: BrowserContextOptions): Promise<Visitor>
}

export const PHONE: BrowserContextOptions = {
  ...{ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
}
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 } }

/** Each test has a person of its own, since counters and OTP apps belong to persons. */
export async function openStage(
  usernames: readonly string[],
  with_: { readonly names?: Names; readonly flags?: (world: DemoWorld) => readonly string[] } = {},
): Promise<Stage> {
  await using opening = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-e2e-'))
  opening.defer(() => rmSync(folder, { recursive: true, force: true }))
  const users = usernames.map(userNamed)
  const names = with_.names === undefined ? {} : { names: with_.names }
  const world = opening.use(await startWorld(join(folder, 'world'), { users, ...names }))
  const browser = opening.use(await launch(...(with_.flags?.(world) ?? [])))
  const opened = opening.move()
  return {
    world,
    async visit(username, options = DESKTOP) {
      const user = users.find((one) => one.username === username)
      if (user === undefined) throw new Error(`${username} does not work here`)
      return openVisit({ world, browser, user, options })
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

const userNamed = (username: string): DemoUser => ({
  ...{ id: `id-of-${username}`, username, password: `password of ${username}` },
  email: `${username}@example.com`,
})
