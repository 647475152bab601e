import { z } from 'zod'

/** Of one realm, all that is judged. Nothing in it is secret. */
export type RealmAsRead = {
  readonly name: string
  /** Null: told to administrators of the realm `master` alone. */
  readonly version: string | null
  readonly hasJar: boolean
  /** As its own metadata say, which is how applications and Sallyport reach it. */
  readonly issuer: string
  readonly jwksUri: string
  readonly settings: RealmSettings
  readonly flows: readonly Flow[]
  readonly clients: readonly Client[]
  readonly clientScopes: readonly ClientScope[]
  readonly federations: readonly { readonly name: string; readonly isEnabled: boolean }[]
  readonly requiredActions: readonly { readonly alias: string; readonly isEnabled: boolean }[]
  readonly profile: Profile
  /** Who answers at each issuer that a step names. */
  readonly issuers: ReadonlyMap<string, Answer>
  /** Of the people looked at, who have an OTP app of Keycloak's own; null: it was no question, or may not be seen. */
  readonly withOtp: { readonly count: number; readonly of: number } | null
}

export type Answer =
  | { readonly heard: 'metadata'; readonly issuer: string; readonly takesPushed: boolean }
  | { readonly heard: 'nothing'; readonly why: string }

export type Flow = {
  readonly alias: string
  readonly isBound: boolean
  /** Ids of the clients that have it in the place of the bound one. */
  readonly clients: readonly string[]
  readonly executions: readonly Execution[]
}

/** A step, or a flow inside a flow. */
export type Execution = {
  readonly name: string
  /** Null: a flow. */
  readonly provider: string | null
  readonly requirement: string
  readonly settings: Readonly<Record<string, string>> | null
  readonly executions: readonly Execution[]
}

/** What is no text is none of what we look for. */
const texts = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((given): Readonly<Record<string, string>> => {
    const pairs = Object.entries(given ?? {})
    return Object.fromEntries(pairs.flatMap(([k, v]) => (typeof v === 'string' ? [[k, v]] : [])))
  })

const flag = z
  .boolean()
  .nullish()
  .transform((given) => given ?? false)

export const realmSettings = z.object({
  realm: z.string(),
  browserFlow: z.string(),
  bruteForceProtected: flag,
  editUsernameAllowed: flag,
  registrationAllowed: flag,
  registrationEmailAsUsername: flag,
  verifyEmail: flag,
  duplicateEmailsAllowed: flag,
  ssoSessionMaxLifespan: z
    .number()
    .nullish()
    .transform((given) => given ?? 0),
  browserSecurityHeaders: texts,
  attributes: texts,
})
export type RealmSettings = z.output<typeof realmSettings>

export const flowList = z.array(z.object({ id: z.string(), alias: z.string(), builtIn: flag }))

export const executionList = z.array(
  z.object({
    displayName: z.string().nullish(),
    providerId: z.string().nullish(),
    requirement: z.string(),
    authenticationFlow: flag,
    authenticationConfig: z.string().nullish(),
    level: z.int().min(0).max(50),
  }),
)

export const executionSettings = z.object({ config: texts })

const mappers = z
  .array(z.object({ protocolMapper: z.string(), config: texts }))
  .nullish()
  .transform((given) => given ?? [])

const names = z
  .array(z.string())
  .nullish()
  .transform((given) => given ?? [])

export const clientList = z.array(
  z.object({
    clientId: z.string(),
    enabled: flag,
    protocol: z.string().nullish(),
    bearerOnly: flag,
    standardFlowEnabled: flag,
    directAccessGrantsEnabled: flag,
    attributes: texts,
    authenticationFlowBindingOverrides: texts,
    defaultClientScopes: names,
    optionalClientScopes: names,
    protocolMappers: mappers,
  }),
)
export type Client = z.output<typeof clientList>[number]

export const clientScopeList = z.array(z.object({ name: z.string(), protocolMappers: mappers }))
export type ClientScope = z.output<typeof clientScopeList>[number]

export const componentList = z.array(
  z.object({
    name: z.string(),
    config: z.object({ enabled: names }).nullish(),
  }),
)

export const requiredActionList = z.array(z.object({ alias: z.string(), enabled: flag }))

export const profile = z.object({
  attributes: z
    .array(
      z.object({
        name: z.string(),
        permissions: z.object({ edit: names }).nullish(),
      }),
    )
    .nullish()
    .transform((given) => given ?? []),
  unmanagedAttributePolicy: z.string().nullish(),
})
export type Profile = z.output<typeof profile>

export const serverInfo = z.object({
  systemInfo: z.object({ version: z.string() }).nullish(),
  providers: z.object({
    authenticator: z.object({ providers: z.record(z.string(), z.unknown()) }),
  }),
})

export const userList = z.array(z.object({ totp: flag }))

export const metadata = z.object({ issuer: z.string(), jwks_uri: z.string().nullish() })
export const ownMetadata = z.object({
  issuer: z.string(),
  pushed_authorization_request_endpoint: z.string().nullish(),
})
