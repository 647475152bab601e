/**
 * What a client asks: parameters of queries, forms and signed objects become one request in words of no protocol, or a
 * refusal that says who may hear of it. Pure but for the signature of an object. It keeps nothing and answers nobody.
 */
export {
  type Asked,
  parseAuthorizationRequest,
  redirectUriOf,
  stateOf,
} from './authorization-request.ts'
export {
  type ClientRefusal,
  type PageRefusal,
  pageOf,
  type Refusal,
  type Says,
  type WireError,
  wireError,
} from './refusal.ts'
export { createReadObject, type ReadObject } from './request-object.ts'
