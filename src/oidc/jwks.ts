import { Router } from 'express'
import { onlyMethods } from './json.ts'
import type { SigningKeys } from './signing/index.ts'

/** GET /jwks. Kept for as long as a replica may take to hear of a new key, which is published days before it signs. */
export function jwks({ signingKeys }: { readonly signingKeys: SigningKeys }): Router {
  const router = Router({ caseSensitive: true, strict: true })
  router.get('/jwks', async (_request, response) => {
    const set = await signingKeys.published()
    response.set('Cache-Control', 'public, max-age=300').type('json').send(JSON.stringify(set))
  })
  router.all('/jwks', onlyMethods('GET, HEAD'))
  return router
}
