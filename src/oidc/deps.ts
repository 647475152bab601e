import type { Request, Response } from 'express'
import type { AuditEvent } from '../audit/index.ts'
import type { Browsers, Devices, Html } from '../http/index.ts'
import type { Clock, KeyRing, Random } from '../kernel/index.ts'
import type { Found, Open, StepUp, StepUpRequest } from '../stepup/index.ts'
import type { Clients, Failure, Fetch } from './clients/index.ts'
import type { Log } from './json.ts'
import type { RequestStore } from './request-store.ts'
import type { Says } from './requests/index.ts'
import type { SigningKeys } from './signing/index.ts'

export type OidcPages = {
  /** Where no client may hear of it. With `resume`, a button takes the person back to the client, which `asked` for this. */
  error(
    view: {
      readonly status: number
      readonly says: Says
      readonly resume: string | null
      readonly asked?: StepUpRequest
    },
    request: Request,
    response: Response,
  ): Html
  /** Goes on to `url` at once, with a link for those who must click. */
  done(
    view: { readonly url: string; readonly stepUp: StepUp },
    request: Request,
    response: Response,
  ): Html
}

export type OidcDeps = {
  /** As configured, without a slash at its end. Its path is where the router is mounted. */
  readonly issuer: string
  readonly clients: Clients
  /** Those that some enabled factor can meet. */
  readonly acrValues: () => readonly string[]
  /** How long a step-up lives; a pushed request waits a minute for it before. */
  readonly stepUpSeconds: number
  readonly store: RequestStore
  readonly signingKeys: SigningKeys
  readonly open: Open
  readonly browsers: Browsers
  readonly ipOf: (request: Request) => string | null
  /** As far as something may be bound to it. */
  readonly certainIpOf: (request: Request) => string | null
  readonly devices: Devices
  /** The page of a step-up that was just opened here. */
  readonly show: (request: Request, response: Response, at: Found) => void | Promise<void>
  readonly pages: OidcPages
  readonly keys: KeyRing
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Hears of each client, or object in its name, that was not believed. */
  readonly countFailure?: (client: string | null, why: Failure) => void
  /** Hears of what was kept; never decides. */
  readonly heard?: (events: readonly AuditEvent[]) => void
}
