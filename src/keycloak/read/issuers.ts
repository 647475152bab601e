import { type Answer, type Flow, ownMetadata } from '../realm.ts'
import { isIssuer, parseSettings } from '../settings.ts'
import { isInUse, stepsOf } from '../steps.ts'
import { boundedFetch, type Fetch } from './bounded-fetch.ts'

/** Whom the steps name, and who answers there. One that is no issuer at all is not asked. */
export async function readIssuers(
  flows: readonly Flow[],
  fetch: Fetch,
): Promise<ReadonlyMap<string, Answer>> {
  const named = flows
    .flatMap(stepsOf)
    .filter(isInUse)
    .map(({ places }) => parseSettings(places.at(-1)?.here.settings ?? {}).settings.issuer)
    .filter(isIssuer)
  const asked = [...new Set(named)].map(
    async (issuer) => [issuer, await ask(issuer, fetch)] as const,
  )
  return new Map(await Promise.all(asked))
}

async function ask(issuer: string, fetch: Fetch): Promise<Answer> {
  const heard = await boundedFetch(fetch, `${issuer}/.well-known/openid-configuration`)
  if (!heard.ok) return { heard: 'nothing', why: `${heard.error}.` }
  const { status, json } = heard.value
  const parsed = ownMetadata.safeParse(json)
  if (status !== 200 || !parsed.success)
    return {
      heard: 'nothing',
      why: `what answers has no metadata of an OpenID Provider (status ${status}).`,
    }
  const { issuer: named, pushed_authorization_request_endpoint: par } = parsed.data
  return { heard: 'metadata', issuer: named, takesPushed: typeof par === 'string' }
}
