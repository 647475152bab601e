import type { Finding } from './cross-checks.ts'

/** Rules, and what they may name. What is not right by itself is a gap. */
type Named = {
  readonly rules?: readonly (Rule | undefined)[] | undefined
  readonly clients?: readonly ({ readonly id: string } | undefined)[] | undefined
  readonly directories?:
    | readonly ({ readonly name: string; readonly groups?: string } | undefined)[]
    | undefined
  readonly acr?: readonly ({ readonly value: string } | undefined)[] | undefined
}

type Rule = {
  readonly clients?: readonly string[] | undefined
  readonly directories?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly acr?: string | undefined
}

/** A rule that names what is not there never holds, or asks for what nobody can bring. */
export function ruleChecks(named: Named): readonly Finding[] {
  const { rules, clients, directories, acr } = named
  const known = {
    clients: namesOf(clients?.map((one) => one?.id)),
    directories: namesOf(directories?.map((one) => one?.name)),
    acr: namesOf(acr?.map((one) => one?.value)),
  }
  return (rules ?? []).flatMap((rule, index) => {
    if (rule === undefined) return []
    const at = (key: string, place: readonly (string | number)[] = []) => [
      ...['rules', index, key],
      ...place,
    ]
    const asked = (key: 'clients' | 'directories', what: string): Finding[] =>
      (rule[key] ?? []).flatMap((name, place) =>
        known[key]?.includes(name) === false
          ? [unknown(at(key, [place]), `the ${what} ${name}`, known[key])]
          : [],
      )
    return [
      ...asked('clients', 'client'),
      ...asked('directories', 'directory'),
      ...(rule.acr !== undefined && known.acr?.includes(rule.acr) === false
        ? [unknown(at('acr'), `the rung ${rule.acr}`, known.acr)]
        : []),
      ...groupless(rule.groups, named, at('groups')),
    ]
  })
}

/** Undefined where some of them are not right by themselves: then nothing is said of others. */
function namesOf(names: readonly (string | undefined)[] | undefined): string[] | undefined {
  if (names === undefined || names.includes(undefined)) return undefined
  return names.flatMap((name) => name ?? [])
}

const unknown = (path: Finding['path'], what: string, known: readonly string[]): Finding => ({
  path,
  says: `names ${what}, which is not there`,
  wanted: `one of: ${known.join(', ')}`,
})

/** Where no directory asks for groups nobody is ever in one. */
function groupless(
  groups: readonly string[] | undefined,
  { directories }: Named,
  path: Finding['path'],
): Finding[] {
  if (groups === undefined || directories === undefined || directories.includes(undefined))
    return []
  const isAsked = directories.some((one) => one?.groups !== undefined && one.groups !== 'none')
  if (isAsked) return []
  const wanted = 'groups: memberOf or groups: nested in a directory'
  return [{ path, says: 'names groups, and no directory asks for any', wanted }]
}
