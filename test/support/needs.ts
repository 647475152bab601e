import { spawnSync } from 'node:child_process'
import { findBinaries } from './postgres-server.ts'

/** For `test(name, needs('oathtool'), …)`: left out by name where the tool is not here, and never left out in CI. */
export function needs(...commands: readonly string[]): { readonly skip: string | false } {
  const absent = commands.filter((command) => !isHere(command))
  if (absent.length === 0 || process.env['CI'] === 'true') return { skip: false }
  return { skip: `${absent.join(', ')} is not installed` }
}

/** PostgreSQL is none that is found on the path, daemons are not on everybody's, and samba is only root's to start. */
export function isHere(command: string): boolean {
  if (command === 'samba' && process.getuid?.() !== 0) return false
  if (command === 'postgresql') return findBinaries() !== undefined
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` }
  return spawnSync('which', [command], { stdio: 'ignore', env }).status === 0
}
