import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Why there could be no store at this path, as the rest of a sentence; undefined where there could. Opens nothing. */
export function placeProblem(file: string): string | undefined {
  const folder = statOf(dirname(file))
  if (!folder?.isDirectory()) return `lies in ${dirname(file)}, and this user finds no such folder`
  const there = statOf(file)
  if (there !== undefined && !there.isFile()) return `names ${file}, which is no file`
  const mode = constants.R_OK | constants.W_OK
  return mayDo(dirname(file), mode | constants.X_OK) && (there === undefined || mayDo(file, mode))
    ? undefined
    : `names ${file}, which this user may not write`
}

function statOf(path: string) {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

function mayDo(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
