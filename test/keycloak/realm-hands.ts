import type { Company } from './company.ts'

/** What an administrator of a realm may do, and take back. Each answers with how. */
export type Hands = ReturnType<typeof handsOf>

type Undo = () => Promise<unknown>
type Fields = Readonly<Record<string, unknown>>
type Texts = Readonly<Record<string, string>>

type Found = {
  readonly id: string
  readonly displayName?: string
  readonly providerId?: string
  readonly alias?: string
  readonly authenticationConfig?: string
  readonly requirement: string
}

const FLOW = '/authentication/flows/browser-stepup/executions'

export function handsOf({ admin }: Pick<Company, 'admin'>) {
  /** By its provider or its name. */
  async function execution(named: string): Promise<Found> {
    const all = (await admin('GET', FLOW)) as readonly Found[]
    const one = all.find(({ providerId, alias, displayName }) =>
      [providerId, alias, displayName].includes(named),
    )
    if (one === undefined) throw new Error(`no execution ${named}`)
    return one
  }

  async function clientOf(clientId: string): Promise<Fields & { readonly id: string }> {
    const [client] = (await admin('GET', `/clients?clientId=${clientId}`)) as readonly (Fields & {
      readonly id: string
    })[]
    if (client === undefined) throw new Error(`no client ${clientId}`)
    return client
  }

  const hands = {
    async realm(fields: Fields): Promise<Undo> {
      const before = (await admin('GET', '')) as Fields
      const old = Object.fromEntries(Object.keys(fields).map((key) => [key, before[key]]))
      await admin('PUT', '', fields)
      return () => admin('PUT', '', old)
    },

    async attributes(more: Texts): Promise<Undo> {
      const { attributes } = (await admin('GET', '')) as { readonly attributes: Texts }
      return hands.realm({ attributes: { ...attributes, ...more } })
    },

    async security(more: Texts): Promise<Undo> {
      const before = (await admin('GET', '')) as { readonly browserSecurityHeaders: Texts }
      return hands.realm({ browserSecurityHeaders: { ...before.browserSecurityHeaders, ...more } })
    },

    async requirement(named: string, requirement: string): Promise<Undo> {
      const one = await execution(named)
      await admin('PUT', FLOW, { ...one, requirement })
      return async () => admin('PUT', FLOW, { ...(await execution(named)), ...one })
    },

    async add(flow: string, provider: string, requirement: string): Promise<Undo> {
      await admin('POST', `/authentication/flows/${flow}/executions/execution`, { provider })
      const { id } = await execution(provider)
      await hands.requirement(provider, requirement)
      return () => admin('DELETE', `/authentication/executions/${id}`)
    },

    async settings(named: string, more: Texts): Promise<Undo> {
      const path = `/authentication/config/${(await execution(named)).authenticationConfig}`
      const before = (await admin('GET', path)) as { readonly config: Texts }
      await admin('PUT', path, { ...before, config: { ...before.config, ...more } })
      return () => admin('PUT', path, before)
    },

    async noSettings(named: string): Promise<Undo> {
      const { id, authenticationConfig } = await execution(named)
      const path = `/authentication/config/${authenticationConfig}`
      const before = (await admin('GET', path)) as {
        readonly alias: string
        readonly config: Texts
      }
      await admin('DELETE', path)
      const { alias, config } = before
      return () => admin('POST', `/authentication/executions/${id}/config`, { alias, config })
    },

    async client(clientId: string, fields: Fields): Promise<Undo> {
      const before = await clientOf(clientId)
      const path = `/clients/${before.id}`
      const attributes = { ...(before['attributes'] as Texts), ...(fields['attributes'] as Texts) }
      await admin('PUT', path, { ...before, ...fields, attributes })
      const cleared = Object.fromEntries(
        Object.keys((fields['authenticationFlowBindingOverrides'] as Texts) ?? {}).map((key) => [
          key,
          '',
        ]),
      )
      return () => admin('PUT', path, { ...before, authenticationFlowBindingOverrides: cleared })
    },

    async noScope(clientId: string, scope: string): Promise<Undo> {
      const { id } = await clientOf(clientId)
      const scopes = (await admin('GET', '/client-scopes')) as readonly {
        readonly id: string
        readonly name: string
      }[]
      const path = `/clients/${id}/default-client-scopes/${scopes.find(({ name }) => name === scope)?.id}`
      await admin('DELETE', path)
      return () => admin('PUT', path)
    },

    async noMapper(clientId: string, mapper: string): Promise<Undo> {
      const { id } = await clientOf(clientId)
      const path = `/clients/${id}/protocol-mappers/models`
      const all = (await admin('GET', path)) as readonly {
        readonly id: string
        readonly name: string
      }[]
      const one = all.find(({ name }) => name === mapper)
      await admin('DELETE', `${path}/${one?.id}`)
      return () => admin('POST', path, { ...one, id: undefined })
    },

    async attribute(name: string, edit: readonly string[]): Promise<Undo> {
      const before = (await admin('GET', '/users/profile')) as {
        readonly attributes: readonly object[]
      }
      const made = { name, permissions: { view: ['admin'], edit } }
      await admin('PUT', '/users/profile', { ...before, attributes: [...before.attributes, made] })
      return () => admin('PUT', '/users/profile', before)
    },

    async noAction(alias: string, name: string): Promise<Undo> {
      await admin('DELETE', `/authentication/required-actions/${alias}`)
      const action = { providerId: alias, name }
      return () => admin('POST', '/authentication/register-required-action', action)
    },

    /** It is never asked: nobody signs in meanwhile. */
    async federation(name: string): Promise<Undo> {
      const { id: parentId } = (await admin('GET', '')) as { readonly id: string }
      const one = (value: string) => [value]
      await admin('POST', '/components', {
        ...{ name, parentId, providerId: 'ldap' },
        providerType: 'org.keycloak.storage.UserStorageProvider',
        config: {
          ...{ enabled: one('true'), vendor: one('other'), editMode: one('READ_ONLY') },
          ...{ usernameLDAPAttribute: one('uid'), rdnLDAPAttribute: one('uid') },
          ...{ uuidLDAPAttribute: one('entryUUID'), userObjectClasses: one('inetOrgPerson') },
          ...{ connectionUrl: one('ldap://127.0.0.1:1'), usersDn: one('dc=example,dc=com') },
          ...{ authType: one('none') },
        },
      })
      const all = (await admin('GET', '/components')) as readonly {
        readonly id: string
        readonly name: string
      }[]
      return () => admin('DELETE', `/components/${all.find((made) => made.name === name)?.id}`)
    },

    async otpApp(username: string): Promise<Undo> {
      const credential = {
        type: 'otp',
        secretData: '{"value":"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}',
        credentialData:
          '{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1","secretEncoding":"BASE32"}',
      }
      await admin('POST', '/users', { username, enabled: true, credentials: [credential] })
      const [user] = (await admin('GET', `/users?username=${username}`)) as readonly {
        readonly id: string
      }[]
      return () => admin('DELETE', `/users/${user?.id}`)
    },

    async flow(alias: string): Promise<string> {
      const all = (await admin('GET', '/authentication/flows')) as readonly {
        readonly id: string
        readonly alias: string
      }[]
      return all.find((one) => one.alias === alias)?.id ?? ''
    },

    /** A service account with these roles, and its secret. */
    async account(clientId: string, roles: readonly string[]): Promise<string> {
      const secret = `secret-of-${clientId}`
      const service = {
        serviceAccountsEnabled: true,
        publicClient: false,
        standardFlowEnabled: false,
      }
      await admin('POST', '/clients', { clientId, secret, ...service })
      const { id } = await clientOf(clientId)
      const management = await clientOf('realm-management')
      const user = (await admin('GET', `/clients/${id}/service-account-user`)) as {
        readonly id: string
      }
      const given = await Promise.all(
        roles.map((role) => admin('GET', `/clients/${management.id}/roles/${role}`)),
      )
      await admin('POST', `/users/${user.id}/role-mappings/clients/${management.id}`, given)
      return secret
    },
  }
  return hands
}
