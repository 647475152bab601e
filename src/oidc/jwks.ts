import type { ErrorRequestHandler, Router } from 'express'
import { machineEnd, sendPublic } from './json.ts'
import type { SigningKeys } from './signing/index.ts'

/** GET /jwks. */
export function jwks(
  router: Router,
  { signingKeys }: { readonly signingKeys: Pick<SigningKeys, 'published'> },
  faults: ErrorRequestHandler,
): void {
  const route = router.route('/jwks')
  route.get(async (_request, response) => {
    sendPublic(response, await signingKeys.published())
  })
  route.all(...machineEnd('GET, HEAD', faults))
}
