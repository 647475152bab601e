import type { Router } from 'express'
import { createProofs } from '../http/index.ts'
import { authorize } from './authorize.ts'
import { begin } from './begin.ts'
import { createAuthenticate, createClientKeys, createFailed } from './clients/index.ts'
import type { OidcDeps } from './deps.ts'
import { discovery } from './discovery.ts'
import { createJsonFaults } from './json.ts'
import { jwks } from './jwks.ts'
import { par } from './par.ts'
import { createPaths } from './paths.ts'
import { createRefuseRequest } from './refuse-request.ts'
import { createReadObject } from './requests/index.ts'
import { resume } from './resume.ts'
import { createSendPage } from './send-page.ts'
import { token } from './token.ts'
import { userinfo } from './userinfo.ts'

export type Oidc = {
  /** Puts its paths on a router at the issuer's path, and nothing more: pages that fail are left to the caller's faults. */
  readonly routes: (router: Router) => void
}

export function createOidc(deps: OidcDeps): Oidc {
  const { issuer, clients, store, clock, random, fetch, log, heard = () => {} } = deps
  const clientKeys = createClientKeys({ fetch, clock, log })
  const failed = createFailed({ log, clock, count: deps.countFailure ?? (() => {}) })
  const authenticate = createAuthenticate({ clients, keys: clientKeys, issuer, clock, failed })
  const readObject = createReadObject({ issuer, keys: clientKeys, failed })
  const refuse = createRefuseRequest({ store, clock, heard })
  const proofs = createProofs(deps.keys)
  const paths = createPaths(issuer, proofs)
  const sendPage = createSendPage(deps.pages)

  const faults = createJsonFaults(log)
  const hops = { ...deps, sendPage, paths, proofs }
  return {
    routes(router) {
      par(router, { ...deps, authenticate, failed, readObject, refuse }, faults)
      authorize(router, { ...deps, random, readObject, refuse, sendPage, paths })
      begin(router, hops)
      resume(router, hops)
      token(router, { ...deps, authenticate, failed }, faults)
      jwks(router, deps, faults)
      discovery(router, deps, faults)
      userinfo(router, deps, faults)
    },
  }
}
