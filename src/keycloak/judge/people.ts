import { at, type Finding, listed } from '../finding.ts'
import type { RealmAsRead } from '../realm.ts'
import type { StepSettings } from '../settings.ts'
import { type Step, shown } from '../steps.ts'
import { settingsOf } from './settings.ts'

const THEIRS =
  'whoever writes the name of somebody else there is that person to Sallyport, and answers with a factor of their own choice or has codes sent to others.'

/** By what Sallyport is told who somebody is: nothing that people can write themselves. */
export function judgePeople(
  realm: RealmAsRead,
  step: Step,
  settings: StepSettings,
): readonly Finding[] {
  return [...judgeName(realm, step, settings), ...judgeFederations(realm, step, settings)]
}

function judgeName(
  realm: RealmAsRead,
  step: Step,
  { nameFrom, nameAttribute }: StepSettings,
): readonly Finding[] {
  switch (nameFrom) {
    case 'username':
      return judgeUsername(realm)
    case 'email':
      return judgeEmail(realm)
    case 'attribute':
      return nameAttribute === '' ? [] : judgeAttribute(realm, step, nameAttribute)
    case 'ldapId':
      return []
  }
}

function judgeUsername({ settings, profile }: RealmAsRead): readonly Finding[] {
  const findings: Finding[] = []
  if (settings.editUsernameAllowed && mayEdit(profile, 'username'))
    findings.push({
      weighs: 'wrong',
      says: 'People are found by their user name, and may change it themselves.',
      why: THEIRS,
      where: `${at('Realm settings', 'Login', 'Edit username')}: off`,
    })
  if (settings.registrationEmailAsUsername && mayEdit(profile, 'email'))
    findings.push({
      weighs: 'wrong',
      says: 'People are found by their user name, which is their email address, and may change that themselves.',
      why: THEIRS,
      where: `${permissions('email')}; or ${at('Realm settings', 'Login', 'Email as username')}: off`,
    })
  if (settings.registrationAllowed)
    findings.push({
      weighs: 'mind',
      says: 'People are found by their user name, and anybody may register one.',
      why: 'a stranger who takes a name that somebody has in a directory of Sallyport is that person there.',
      where: `${at('Realm settings', 'Login', 'User registration')}: off, or find people by something else`,
    })
  return findings
}

function judgeEmail({ settings, profile }: RealmAsRead): readonly Finding[] {
  const findings: Finding[] = []
  if (mayEdit(profile, 'email'))
    findings.push({
      weighs: 'wrong',
      says: 'People are found by their email address, and may change it themselves.',
      why: THEIRS,
      where: permissions('email'),
    })
  if (settings.duplicateEmailsAllowed)
    findings.push({
      weighs: 'wrong',
      says: 'People are found by their email address, and several may have the same one.',
      why: 'they are one and the same person to Sallyport.',
      where: `${at('Realm settings', 'Login', 'Duplicate emails')}: off`,
    })
  if (!settings.verifyEmail)
    findings.push({
      weighs: 'mind',
      says: 'People are found by their verified email address, and nobody has it verified.',
      why: 'whose address is not verified cannot pass (stepup_unnamed).',
      where: `${at('Realm settings', 'Login', 'Verify email')}: on`,
    })
  return findings
}

function judgeAttribute(realm: RealmAsRead, step: Step, name: string): readonly Finding[] {
  const { profile, settings } = realm
  const isKnown = profile.attributes.some((one) => one.name === name)
  const isTheirs = isKnown
    ? mayEdit(profile, name) && (name !== 'username' || settings.editUsernameAllowed)
    : profile.unmanagedAttributePolicy === 'ENABLED'
  if (isTheirs)
    return [
      {
        weighs: 'wrong',
        says: `People are found by the attribute ${name}, which they may change themselves.`,
        why: THEIRS,
        where: isKnown
          ? permissions(name)
          : `${at('Realm settings', 'General', 'Unmanaged Attributes')}: Only administrators can write; or ${at('Realm settings', 'User profile')}: an attribute ${name} that users cannot edit`,
      },
    ]
  if (isKnown || profile.unmanagedAttributePolicy !== undefined) return []
  return [
    {
      weighs: 'mind',
      says: `People are found by the attribute ${name}, which the user profile of the realm does not have.`,
      why: 'Keycloak keeps no attribute that is not in there, and whoever lacks it cannot pass (stepup_unnamed).',
      where: `${at('Realm settings', 'User profile', 'Create attribute')}: ${name}, edited by administrators alone; or ${settingsOf(step)}, User attribute`,
    },
  ]
}

const permissions = (name: string): string =>
  `${at('Realm settings', 'User profile', name, 'Permission', 'Who can edit?')}: Admin alone`

const mayEdit = ({ attributes }: RealmAsRead['profile'], name: string): boolean =>
  attributes.find((one) => one.name === name)?.permissions?.edit.includes('user') ?? false

function judgeFederations(
  { federations }: RealmAsRead,
  step: Step,
  { directories, nameFrom }: StepSettings,
): readonly Finding[] {
  const where = `${settingsOf(step)}, Directories`
  const there = federations.filter(({ isEnabled }) => isEnabled).map(({ name }) => name)
  const unknown = [...directories.keys()].filter(
    (one) => !federations.some(({ name }) => name === one),
  )
  const unmapped = there.filter((name) => !directories.has(name))
  const findings: Finding[] = []
  if (unknown.length > 0)
    findings.push({
      weighs: 'wrong',
      says: `Directories of ${shown(step)} names ${listed(unknown)}, and no user federation provider is called that.`,
      why: 'the pair is never used: people of the provider that is meant are found by name, or not at all.',
      where: `${where}: ${there.length > 0 ? `there are ${listed(there)}` : 'there is none'}`,
    })
  if (unmapped.length > 0)
    findings.push(
      nameFrom === 'ldapId'
        ? {
            weighs: 'wrong',
            says: `No directory of Sallyport is named for people of ${listed(unmapped)}.`,
            why: 'people are found by ldapId, so none of them can pass (stepup_misconfigured).',
            where: `${where}: ${unmapped.map((name) => `${name}=NAME`).join(', ')}, as directories[].name of Sallyport`,
          }
        : {
            weighs: 'mind',
            says: `People of ${listed(unmapped)} are found by name and not by LDAP_ID.`,
            why: 'a name may be somebody else in another directory, and changes; the id does not.',
            where: `${where}: ${unmapped.map((name) => `${name}=NAME`).join(', ')}, as directories[].name of Sallyport`,
          },
    )
  return findings
}
