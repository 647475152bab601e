import { execFile } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const LOOK_AGAIN_MS = 250

/**
 * What an OTP app that is none of ours shows for a key that was typed into it.
 *
 * @param at ISO 8601, where a clock is moved by hand; now by default.
 */
export async function codeNow(key: string, at?: string): Promise<string> {
  const then = at === undefined ? [] : ['--now', at.replace('T', ' ').replace(/\..*/, ' UTC')]
  const { stdout } = await run('oathtool', ['--totp', '--base32', ...then, key])
  return stdout.trim()
}

/** The one after it: a code is good once. */
export async function codeAfter(last: string, key: string): Promise<string> {
  const code = await codeNow(key)
  if (code !== last) return code
  await setTimeout(LOOK_AGAIN_MS)
  return codeAfter(last, key)
}
