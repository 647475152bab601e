import { isHere, NEEDS } from '../support/needs.ts'
import type { DemoDirectory } from './directory.ts'
import { openSambaDirectory } from './directory-samba.ts'
import { openSlapdDirectory } from './directory-slapd.ts'

const OPEN = { samba: openSambaDirectory, slapd: openSlapdDirectory } as const

export type DirectoryKind = keyof typeof OPEN

export const DIRECTORIES = ['samba', 'slapd'] as const satisfies readonly DirectoryKind[]

/** What to say meanwhile. */
export const STARTING: Readonly<Record<DirectoryKind, string>> = {
  samba: 'Starting Samba as a domain controller. The first time takes half a minute.',
  slapd: 'Starting OpenLDAP.',
}

export const openDirectory = (kind: DirectoryKind): Promise<DemoDirectory> => OPEN[kind]()

/** A sentence with what to do, where it can't be started here. */
export function whatIsMissing(kind: DirectoryKind): string | undefined {
  const commands: readonly string[] = [kind, 'openssl']
  if (commands.every(isHere)) return undefined
  const packages = NEEDS.filter(({ command }) => commands.includes(command)).flatMap(
    (need) => need.packages,
  )
  const install = `apt-get install --no-install-recommends ${packages.join(' ')}`
  return kind === 'samba' && process.getuid?.() !== 0
    ? `Samba needs root, since it has the ports of a domain controller: on Debian, as root, run \`${install}\` and then this again.`
    : `--directory ${kind} starts a real one, which is not installed here: on Debian, as root, run \`${install}\` and then this again.`
}
