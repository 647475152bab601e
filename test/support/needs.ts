import { spawnSync } from 'node:child_process'
import { findBinaries } from './postgres-server.ts'

/** What the real parts come from: the command that shows that it is there, and Debian's package. */
export const NEEDS = [
  { command: 'chromium', packages: ['chromium', 'fonts-noto-cjk', 'fonts-inter'] },
  { command: 'oathtool', packages: ['oathtool'] },
  { command: 'promtool', packages: ['prometheus'] },
  { command: 'strace', packages: ['strace'] },
  { command: 'openssl', packages: ['openssl'] },
  { command: 'postgresql', packages: ['postgresql'] },
  { command: 'pgbouncer', packages: ['pgbouncer'] },
  { command: 'haproxy', packages: ['haproxy'] },
  { command: 'slapd', packages: ['slapd', 'ldap-utils'] },
  { command: 'unzip', packages: ['unzip'] },
  { command: 'mvn', packages: ['maven', 'default-jdk-headless'] },
  { command: 'samba', packages: ['samba', 'samba-ad-dc', 'samba-ad-provision', 'ldb-tools'] },
] as const

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
