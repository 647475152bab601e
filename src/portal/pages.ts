import { appPages } from './pages-apps.ts'
import { askingPages } from './pages-asking.ts'
import { endPages } from './pages-ends.ts'
import type { PagesDeps } from './pages-frame.ts'

export type { PagesDeps, PagesSetting } from './pages-frame.ts'

/** One typed function per page; each takes what stands around it and what it shows, and returns Html. */
export type Pages = ReturnType<typeof createPages>

export function createPages(deps: PagesDeps) {
  return { ...askingPages(deps), ...appPages(deps), ...endPages(deps) }
}
