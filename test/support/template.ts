import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Place } from './part.ts'

/** A folder of a place that takes long to make and comes out the same each time. */
export type Template = {
  /** Below the place. */
  readonly folder: string
  /** All that decides how it comes out: with other words it is another template. */
  readonly madeOf: readonly string[]
  make(): void
}

/**
 * Makes the folder, or lays it out as it was when somebody last made it on this machine.
 *
 * What is kept is one archive, which appears under its name once it is whole. So nothing is half there, whoever was killed over
 * it or cleans up temporary files; two who make it at once each make their own, and the later one stays.
 */
export function lay(place: Place, template: Template, within = tmpdir()): void {
  const kept = ownFolder(within)
  if (kept === undefined) template.make()
  else layKept(place, template, kept)
}

function layKept(place: Place, { folder, madeOf, make }: Template, kept: string): void {
  const key = createHash('sha256').update(JSON.stringify(madeOf)).digest('hex')
  const archive = join(kept, `${key}.tar.gz`)
  if (unpack(place, archive)) return
  rmSync(place.at(folder), { recursive: true, force: true })
  make()
  forgetOld(kept)
  const part = join(kept, `${key}.${process.pid}.part`)
  place.run('tar', ['-czf', part, '-C', place.folder, folder])
  renameSync(part, archive)
}

/** One that was damaged since is as good as none: its checksum tells. */
function unpack(place: Place, archive: string): boolean {
  if (!existsSync(archive)) return false
  const now = new Date()
  try {
    utimesSync(archive, now, now)
    place.run('tar', ['-xzf', archive, '-C', place.folder])
    return true
  } catch {
    return false
  }
}

/** None where somebody else was there first, or may write to it: what lies there becomes ours, and we may be root. */
function ownFolder(within: string): string | undefined {
  const uid = process.getuid?.() ?? 0
  const folder = join(within, `sallyport-templates-${uid}`)
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  return found.isDirectory() && found.uid === uid && (found.mode & 0o77) === 0 ? folder : undefined
}

const OLD_MS = 14 * 24 * 3600 * 1000

/** Nobody has asked for them since. Whoever reads one at this moment reads on. */
function forgetOld(kept: string): void {
  for (const name of readdirSync(kept)) {
    const found = statSync(join(kept, name), { throwIfNoEntry: false })
    if (found !== undefined && Date.now() - found.mtimeMs > OLD_MS)
      rmSync(join(kept, name), { force: true })
  }
}
