import type { Keycloak } from '../support/keycloak.ts'
import { type Company, openCompany } from './company.ts'
import type { RealmFile } from './realm.ts'

/** A company whose realm has people and applications, and nothing of the step-up yet. */
export async function openEmptyCompany(
  keycloak: Keycloak,
  usernames: readonly string[],
): Promise<Company> {
  const company = await openCompany(keycloak, usernames, { withRealm: emptied })
  await company.admin('DELETE', '/authentication/required-actions/sallyport-enrol')
  return company
}

type Client = {
  readonly attributes: Readonly<Record<string, string>>
  readonly protocolMappers: readonly { readonly name: string }[]
}

/** Of the mappers there is the one that tells how each step names itself. */
function emptied({ realm, eventsEnabled, users, clients }: RealmFile): object {
  const bare = (clients as readonly Client[]).map((client) => ({
    ...client,
    attributes: { ...client.attributes, 'minimum.acr.value': undefined },
    protocolMappers: client.protocolMappers.filter(({ name }) => name === 'amr'),
  }))
  return { realm, enabled: true, eventsEnabled, users, clients: bare }
}
