import { spawnSync } from 'node:child_process'

/** For `test(name, needs('oathtool'), …)`: left out by name where the tool is not here, and never left out in CI. */
export function needs(...commands: readonly string[]): { readonly skip: string | false } {
  const absent = commands.filter(
    (command) => spawnSync('which', [command], { stdio: 'ignore' }).status !== 0,
  )
  if (absent.length === 0 || process.env['CI'] === 'true') return { skip: false }
  return { skip: `${absent.join(', ')} is not installed` }
}
