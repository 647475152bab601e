import type { RequestListener } from 'node:http'
import type { AuditEvent } from './audit/index.ts'
import type { World } from './compose.ts'
import { createTellUnlisted } from './compose-trust.ts'
import type { Config } from './config/index.ts'
import type { createEnroller } from './factors/totp/index.ts'
import * as http from './http/index.ts'
import { type createMoments, type createTranslator, negotiate } from './i18n/index.ts'
import type { KeyRing } from './kernel/index.ts'
import type { Metrics } from './metrics/index.ts'
import { createOidc, type RequestStore, type SigningKeys } from './oidc/index.ts'
import type { Policies } from './policy/index.ts'
import {
  createPages,
  createPagesForDoors,
  createPortal,
  createPresent,
  openAssets,
  TEMPLATES,
} from './portal/index.ts'
import * as step from './stepup/index.ts'

type Deps = {
  readonly config: Config
  readonly world: World
  readonly keys: KeyRing
  readonly metrics: Metrics
  readonly heard: (events: readonly AuditEvent[]) => void
  readonly translate: ReturnType<typeof createTranslator>
  readonly moments: ReturnType<typeof createMoments>
  readonly enroller: ReturnType<typeof createEnroller>
  readonly stepUps: step.StepUps
  readonly open: step.Open
  readonly limits: step.Limits
  readonly policies: Policies
  readonly requestStore: RequestStore
  readonly signingKeys: SigningKeys
}

/** All that the main port answers: the protocol and the pages, with what both of them need. */
export function composeDoors({ config, world, ...deps }: Deps): RequestListener {
  const { clock, stopwatch, random, log } = world
  const { keys, metrics, heard, translate, moments, enroller } = deps
  const { stepUps, open, limits, policies, requestStore, signingKeys } = deps
  const { support } = config
  const org = config.org.name
  const base = new URL(config.issuer).pathname.replace(/\/$/, '')
  const scheme = config.issuer.startsWith('https:') ? 'https' : 'http'
  const browsers = http.createBrowsers({ scheme, random })
  const devices = http.createDevices(scheme)
  const proofs = http.createProofs(keys)
  const { theme } = config
  const folders = theme.folder === null ? [TEMPLATES] : [theme.folder, TEMPLATES]
  const assets = openAssets(theme)
  const pages = createPages({
    ...{ translate, moments, assets, templates: http.createTemplates({ folders }) },
    setting: { base, org, support, privacyUrl: config.privacyUrl },
  })
  const speak = (acceptLanguage: string | null) =>
    negotiate({ acceptLanguage, fallback: config.language })
  const shownByAll = createPagesForDoors({
    ...{ pages, clock },
    negotiate: (wanted) => negotiate({ ...wanted, fallback: config.language }),
  })
  const present = createPresent({
    ...{
      pages,
      proofs,
      base,
      codeDigits: config.stepUp.codeDigits,
      mailFrom: config.channels.email?.from ?? null,
      clock,
    },
    shown: ({ id: stepUp, account, username }, pending) => {
      if (account === null) throw new Error('invariant broken: who enrols is known')
      return enroller.show({ stepUp, account, pending }, { issuer: org, username })
    },
    negotiate: speak,
  })
  const portal = createPortal({ stepUps, present, browsers, devices, proofs })
  const oidc = createOidc({
    ...{ issuer: config.issuer, store: requestStore, signingKeys },
    acrValues: () => policies.latest().ladder.values,
    ...{ open, browsers, devices, keys, clock, random, log, heard, fetch: world.fetch },
    countFailure: metrics.clientFailure,
    clients: new Map(config.clients.map((client) => [client.id, client])),
    stepUpSeconds: config.stepUp.lifetimeSeconds,
    ipOf: http.createIpOf(config.listen.trustedProxies),
    certainIpOf: http.createCertainIpOf(
      config.listen.trustedProxies,
      createTellUnlisted({ world, policies, metrics }),
    ),
    show: async (request, response, at) => {
      const { id, browser, state } = at.value
      const seen =
        state === 'managing'
          ? await stepUps.look({ id, browser })
          : step.seenOf(at, { said: 'nothing' }, limits.lock, clock.now())
      portal.show(request, response, id, seen, browser)
    },
    pages: shownByAll,
  })

  return http.createMainApp({
    base,
    onRequest: [
      http.createRequestIds(random),
      http.createHttpTiming(stopwatch, metrics.http),
      http.createPageLog(log),
      http.createSecurityHeaders(scheme),
    ],
    routes: [oidc.routes, portal.routes],
    assets: assets.all,
    notFound: (request, response) => {
      const view = { says: 'not-found', resume: null } as const
      http.sendHtml(response, 404, shownByAll.error(view, request, response))
    },
    faults: http.createFaults({
      log,
      respond: ({ status, says }, request, response) => {
        const page = shownByAll.error({ says, resume: null }, request, response)
        http.sendHtml(response, status, page)
      },
    }),
  })
}
