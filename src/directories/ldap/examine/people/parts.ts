import type { LdapSettings } from '../../settings.ts'
import type { Part } from './part.ts'

/** What is read of people besides their id, by what comes of it where nothing can be read. */
export function partsOf(settings: LdapSettings, isEmailNeeded: boolean): readonly Part[] {
  const { attributes, dialect, groups } = settings
  const { enabled } = attributes
  return [
    {
      ...{ what: 'username', key: 'attributes.username', names: [attributes.username] },
      ...{ weighs: 'wrong', so: 'without which somebody is refused' },
      wanted: 'what people are called by',
    },
    {
      ...{ what: 'emails', key: 'attributes.emails', names: attributes.emails },
      ...{ weighs: isEmailNeeded ? 'wrong' : 'mind', so: 'so nobody can be sent a code by email' },
      wanted: `the attribute that holds addresses${isEmailNeeded ? '' : ', or [] where nobody has any'}`,
    },
    {
      ...{ what: 'phones', key: 'attributes.phones', names: attributes.phones, weighs: 'mind' },
      so: 'so nobody has a phone here',
      wanted: 'the attribute that holds phone numbers, or [] where nobody has any',
    },
    ...(dialect === 'ldap' ? [] : [STATE]),
    ...(enabled === null ? [] : [{ ...ENABLED, names: [enabled.name] }]),
    ...(groups === 'none' ? [] : [{ ...GROUPS[dialect], names: [attributes.groups] }]),
  ]
}

const STATE: Part = {
  ...{ what: 'state', key: 'bind', names: ['userAccountControl'], weighs: 'wrong' },
  so: 'so nobody knows who is disabled, and everybody is refused',
  wanted: 'an account that may read it',
}

const ENABLED = {
  ...({ what: 'enabled', key: 'attributes.enabled', weighs: 'mind' } as const),
  so: 'so nobody is disabled by it',
  wanted: 'the attribute that says who is disabled',
}

const MEMBERS = {
  ...({ what: 'member of', key: 'attributes.groups', weighs: 'mind' } as const),
  so: 'so nobody is in a group here',
}
const GROUPS = {
  ldap: {
    ...MEMBERS,
    wanted:
      'the attribute that names the groups of a person, which OpenLDAP has with its overlay memberof alone; or {groups}: none',
  },
  activeDirectory: {
    ...MEMBERS,
    wanted: 'the attribute that names the groups of a person; or {groups}: none',
  },
}
