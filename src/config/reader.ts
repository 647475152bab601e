import { isUtf8 } from 'node:buffer'
import { dirname, isAbsolute, join } from 'node:path'
import { fail, ok, type Result, Secret } from '../kernel/index.ts'

/** All that a configuration is made of. Nothing else is looked at. */
export type Sources = {
  readonly yaml: string
  /** As the operator named it. Relative paths inside start at its folder. */
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly readFile: (path: string) => Result<Uint8Array, string>
}

export type Wrong = { readonly says: string; readonly wanted: string }

/** What settings that point elsewhere are read with: a file by its path, a variable by its name. */
export type Reader = {
  path(written: string): string
  text(path: string): Result<string, Wrong>
  fileSecret(path: string): Result<Secret, Wrong>
  envSecret(name: string): Result<Secret, Wrong>
}

const FILE_MAX = 64 * 1024

export function createReader({ file, env, readFile }: Omit<Sources, 'yaml'>): Reader {
  const path = (written: string) => (isAbsolute(written) ? written : join(dirname(file), written))

  function text(written: string): Result<string, Wrong> {
    const read = readFile(path(written))
    const wanted = 'a readable text file of at most 64 KiB'
    if (!read.ok) return fail({ says: `names a file that cannot be read: ${read.error}`, wanted })
    if (read.value.length > FILE_MAX) return fail({ says: 'names a file over 64 KiB', wanted })
    if (!isUtf8(read.value)) return fail({ says: 'names a file that is not UTF-8 text', wanted })
    return ok(Buffer.from(read.value).toString('utf8'))
  }

  return {
    path,
    text,
    fileSecret(written) {
      const read = text(written)
      if (!read.ok) return read
      // Editors and `echo` end a file with one newline that is no part of the secret.
      const secret = read.value.replace(/\r?\n$/, '')
      if (isBlank(secret))
        return fail({ says: 'names an empty file', wanted: 'a file with the secret' })
      return ok(new Secret(secret))
    },
    envSecret(name) {
      const secret = Object.hasOwn(env, name) ? env[name] : undefined
      if (secret === undefined || isBlank(secret))
        return fail({
          says: 'names an environment variable that is not set',
          wanted: `${name} in the environment, with the secret as its value`,
        })
      return ok(new Secret(secret))
    },
  }
}

/** What a template with nothing to fill in leaves behind: no secret, though it is some text. */
const isBlank = (secret: string): boolean => secret.trim() === ''

/** The schema and its documentation are made without any file or variable at hand. */
export const blankReader: Reader = createReader({
  file: 'sallyport.yaml',
  env: {},
  readFile: () => fail('nothing is read here'),
})
