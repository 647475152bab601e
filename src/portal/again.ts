import { parseId } from '../kernel/index.ts'

/**
 * Where Try again leads after a fault of ours: what was looked at is looked at again; where something was posted, the page
 * says where the sign-in stands now, so that nothing is done twice. Null where no page would help.
 */
export function againAt(method: string, path: string): string | null {
  if (method === 'GET') return ''
  const id = parseId('stepUp', /\/step-up\/([^/]+)\/[a-z]+$/.exec(path)?.[1])
  return id === undefined ? null : `../${id}`
}
