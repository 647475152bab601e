import { fail, ok, type Result } from '../../kernel/index.ts'
import type { StepUpRequest } from '../../stepup/index.ts'
import type { Client } from '../clients/index.ts'
import type { Parameters } from '../parameters.ts'
import { type ClaimsParameter, parseClaims } from './claims-parameter.ts'
import { type Context, parseContext } from './context-parameter.ts'
import type { ClientRefusal, PageRefusal } from './refusal.ts'
import { subjectOf } from './subject.ts'

const CHALLENGE = /^[A-Za-z0-9_-]{43}$/
/** RFC 6749 appendix A.5. */
const STATE = /^[\x20-\x7e]{1,2048}$/
const NONCE = /^[\x20-\x7e]{1,255}$/
const MAX_AGE = /^[0-9]{1,9}$/
const ACR = /^[\x21-\x7e]{1,255}$/
const ACR_VALUES_MAX = 10
const UI_LOCALES = /^[A-Za-z0-9 -]{1,255}$/
const SCOPE_MAX = 1024

/** What a client asks, before it has a place in the store. */
export type Asked = {
  readonly redirectUri: string
  readonly state: string | null
  readonly nonce: string | null
  readonly codeChallenge: string
  readonly request: StepUpRequest
}

type Lane = StepUpRequest['lane']

/** Character by character, and never guessed: a client with one address names it too. */
export function redirectUriOf(client: Client, parameters: Parameters): Result<string, PageRefusal> {
  const given = parameters.get('redirect_uri')
  const registered = client.redirectUris.find((uri) => uri === given)
  return registered === undefined ? refuse('redirect-uri-not-registered') : ok(registered)
}

/** What goes back unchanged; null where it was not sent or could not be sent back. */
export function stateOf(parameters: Parameters): string | null {
  const state = parameters.get('state')
  return state !== undefined && STATE.test(state) ? state : null
}

/**
 * OpenID Connect Core 3.1.2.1, held to the code flow with PKCE (RFC 7636, S256). Pure.
 * @param redirectUri from `redirectUriOf`, so that every refusal has an address.
 */
export function parseAuthorizationRequest(
  client: Client,
  parameters: Parameters,
  redirectUri: string,
  lane: Lane,
): Result<Asked, ClientRefusal> {
  const get = (name: string) => parameters.get(name)
  const [state, nonce, challenge] = [get('state'), get('nonce'), get('code_challenge')]
  if (state !== undefined && !STATE.test(state)) return refuse('state-invalid')
  if (get('response_type') !== 'code') return refuse('response-type-unsupported')
  if ((get('response_mode') ?? 'query') !== 'query') return refuse('response-mode-unsupported')
  if (!isOpenid(get('scope') ?? '')) return refuse('scope-without-openid')
  if (challenge === undefined || !CHALLENGE.test(challenge)) return refuse('pkce-missing')
  if (get('code_challenge_method') !== 'S256') return refuse('pkce-missing')
  if (nonce !== undefined && !NONCE.test(nonce)) return refuse('nonce-invalid')
  // The same words are the same request, so something in them must be this browser's own.
  const isAnybodys = state === undefined && nonce === undefined
  if (lane === 'unsigned' && isAnybodys) return refuse('state-and-nonce-missing')
  // Hints that name a second person, or that would have to be fetched, are not half understood.
  if (get('id_token_hint') !== undefined) return refuse('hint-unsupported')
  if (get('registration') !== undefined) return refuse('registration-unsupported')

  const request = stepUpRequestOf(client, parameters, lane)
  if (!request.ok) return request
  return ok({
    redirectUri,
    state: state ?? null,
    nonce: nonce ?? null,
    codeChallenge: challenge,
    request: request.value,
  })
}

function stepUpRequestOf(
  client: Client,
  parameters: Parameters,
  lane: Lane,
): Result<StepUpRequest, ClientRefusal> {
  const context = contextOf(parameters, lane)
  if (!context.ok) return context
  const { identifiers = {}, application, amr, auth_time: authTime } = context.value

  const whom = subjectOf(client, parameters, identifiers)
  if (!whom.ok) return refuse(whom.error)
  const claims = claimsOf(parameters, whom.value.subject)
  if (!claims.ok) return claims
  const acr = acrOf(parameters, claims.value)
  if (!acr.ok) return acr
  const maxAge = maxAgeOf(parameters.get('max_age'))
  if (!maxAge.ok) return maxAge
  const prompt = promptOf(parameters.get('prompt'), maxAge.value)
  if (!prompt.ok) return prompt
  const uiLocales = parameters.get('ui_locales') ?? null
  if (uiLocales !== null && !UI_LOCALES.test(uiLocales)) return refuse('ui-locales-invalid')

  return ok({
    client: client.id,
    lane,
    ...whom.value,
    application: { id: application?.id ?? null, name: application?.name ?? client.name },
    acr: acr.value,
    maxAgeSeconds: maxAge.value,
    prompt: prompt.value,
    uiLocales,
    purpose: context.value.purpose ?? 'sign-in',
    upstream: amr === undefined ? null : { amr, authTime: authTime ?? null },
    signedIp: context.value.client_ip ?? null,
  })
}

function contextOf(parameters: Parameters, lane: Lane): Result<Context, ClientRefusal> {
  const given = parameters.get('sallyport_context')
  if (given === undefined) return ok({})
  if (lane === 'unsigned') return refuse('context-unsigned')
  const context = parseContext(given)
  return context.ok ? context : refuse(context.error)
}

function claimsOf(
  parameters: Parameters,
  subject: string,
): Result<ClaimsParameter['acr'], ClientRefusal> {
  const claims = parseClaims(parameters.get('claims') ?? '{}')
  if (!claims.ok) return refuse(claims.error)
  const isSame = claims.value.subjects.every((wanted) => wanted.includes(subject))
  return isSame ? ok(claims.value.acr) : refuse('subject-conflict')
}

/**
 * Values of the `claims` parameter replace `acr_values`. Where it insists on an acr without naming one, it insists on
 * those of `acr_values`, or on any that is proven here: to read it as a wish would answer less than was asked.
 */
function acrOf(
  parameters: Parameters,
  claimed: ClaimsParameter['acr'],
): Result<StepUpRequest['acr'], ClientRefusal> {
  const voluntary = (parameters.get('acr_values') ?? '').split(' ').filter((value) => value !== '')
  if (voluntary.length > ACR_VALUES_MAX || !voluntary.every((value) => ACR.test(value)))
    return refuse('acr-values-invalid')
  const wanted = [...new Set(claimed.values.length > 0 ? claimed.values : voluntary)]
  return ok({ wanted, essential: claimed.isEssential })
}

function maxAgeOf(given: string | undefined): Result<number | null, ClientRefusal> {
  if (given === undefined) return ok(null)
  return MAX_AGE.test(given) ? ok(Number(given)) : refuse('max-age-invalid')
}

/**
 * Nothing is consented to here and there is one account, so `consent` and `select_account` could not be kept: Core
 * wants an error then. `max_age=0` is another way to write `prompt=login`.
 */
function promptOf(
  given: string | undefined,
  maxAge: number | null,
): Result<StepUpRequest['prompt'], ClientRefusal> {
  if (given === 'none' || given === 'login') return ok(given)
  if (given !== undefined) return refuse('prompt-unsupported')
  return ok(maxAge === 0 ? 'login' : null)
}

function isOpenid(scope: string): boolean {
  return scope.length <= SCOPE_MAX && scope.split(' ').includes('openid')
}

function refuse<R extends string>(refusal: R) {
  return fail({ refusal })
}
