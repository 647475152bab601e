import type { ErrorRequestHandler, Router } from 'express'
import { machineEnd, sendPublic } from './json.ts'
import type { SigningKeys } from './signing/index.ts'

/** GET /jwks. Kept for as long as a replica may take to hear of a new key, which is published days before it signs. */
export function jwks(
  router: Router,
  { signingKeys }: { readonly signingKeys: Pick<SigningKeys, 'published'> },
  faults: ErrorRequestHandler,
): void {
  const route = router.route('/jwks')
  route.get(async (_request, response) => {
    const set = await signingKeys.published()
    sendPublic(response, JSON.stringify(set))
  })
  route.all(...machineEnd('GET, HEAD', faults))
}
