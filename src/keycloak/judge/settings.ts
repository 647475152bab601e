import { at, type Finding } from '../finding.ts'
import type { Answer, RealmAsRead } from '../realm.ts'
import type { parseSettings, StepSettings } from '../settings.ts'
import { type Step, shown } from '../steps.ts'

const CSP = 'contentSecurityPolicy'

/** The settings of the step, by themselves and with who answers there. Null: it has none. */
export function judgeSettings(
  realm: RealmAsRead,
  step: Step,
  read: ReturnType<typeof parseSettings> | null,
): readonly Finding[] {
  const where = settingsOf(step)
  if (read === null)
    return [
      {
        weighs: 'wrong',
        says: `The step ${shown(step)} has no settings.`,
        why: 'every sign-in that comes by ends on an error page (stepup_misconfigured).',
        where: `${where}: Issuer and Client ID at least`,
      },
    ]
  const { settings, misset } = read
  const problems = misset.map(
    ({ label, wanted }): Finding => ({
      weighs: 'wrong',
      says: `The setting ${label} of ${shown(step)} is not what the step can use.`,
      why: 'every sign-in that comes by ends on an error page (stepup_misconfigured).',
      where: `${where}, ${label}: ${wanted}`,
    }),
  )
  return [
    ...problems,
    ...judgeClientId(realm, settings, where),
    ...judgeIssuer(realm.issuers.get(settings.issuer), settings, where),
    ...judgePolicy(realm, settings),
    ...judgeExempt(settings, where),
  ]
}

export const settingsOf = (step: Step): string =>
  at('Authentication', 'Flows', step.flow.alias, 'Sallyport', 'Settings (gear)')

function judgeClientId(
  { issuer }: RealmAsRead,
  { clientId }: StepSettings,
  where: string,
): readonly Finding[] {
  if (clientId.replace(/\/$/, '') !== issuer) return []
  return [
    {
      weighs: 'wrong',
      says: 'The Client ID is the URL of the realm.',
      why: 'every token of the realm names that as its issuer, so each could be tried as a proof of the client. The step and Sallyport both refuse it.',
      where: `${where}, Client ID: another id, such as that of \`sallyport keycloak client\``,
    },
  ]
}

function judgeIssuer(
  answer: Answer | undefined,
  { issuer }: StepSettings,
  where: string,
): readonly Finding[] {
  if (answer === undefined) return []
  const there = `${where}, Issuer`
  if (answer.heard === 'nothing')
    return [
      {
        weighs: 'wrong',
        says: `Nobody answers as Sallyport at ${issuer}: ${answer.why}`,
        why: 'where Keycloak does not reach it either, every sign-in that asks for the level ends on an error page (stepup_unavailable).',
        where: `${there}; or start Sallyport, and let Keycloak and this machine reach it`,
      },
    ]
  if (answer.issuer !== issuer)
    return [
      {
        weighs: 'wrong',
        says: `The Issuer is ${issuer}, and who answers there is ${answer.issuer}.`,
        why: 'Keycloak believes no token of anybody else (stepup_misconfigured).',
        where: `${there}: letter by letter what the configuration of Sallyport says, if that is it`,
      },
    ]
  if (!answer.takesPushed)
    return [
      {
        weighs: 'wrong',
        says: `${issuer} is an OpenID Provider, but not Sallyport: it takes no pushed requests.`,
        why: 'the step has nowhere to send its request.',
        where: there,
      },
    ]
  return []
}

/** Chromium applies `form-action` to the redirect that follows the password. */
function judgePolicy(realm: RealmAsRead, { issuer }: StepSettings): readonly Finding[] {
  const policy = realm.settings.browserSecurityHeaders[CSP] ?? ''
  const [, allowed] = /(?:^|;)\s*form-action\s+([^;]*)/.exec(policy) ?? []
  const origin = URL.parse(issuer)?.origin
  if (allowed === undefined || origin === undefined) return []
  const isIn = allowed
    .split(/\s+/)
    .some((one) => [origin, '*', new URL(origin).protocol].includes(one))
  if (isIn) return []
  return [
    {
      weighs: 'wrong',
      says: `The Content-Security-Policy of the realm has form-action without ${origin}.`,
      why: 'Chrome and Edge stop at the password: they apply it to the redirect to Sallyport.',
      where: `${at('Realm settings', 'Security defenses', 'Headers', 'Content-Security-Policy')}: add ${origin}`,
    },
  ]
}

function judgeExempt({ acceptExempt }: StepSettings, where: string): readonly Finding[] {
  if (!acceptExempt) return []
  return [
    {
      weighs: 'mind',
      says: 'Accept exempt is on.',
      why: 'whom Sallyport does not ask passes with the password alone. The level is not reached then: applications have to look at acr.',
      where: `${where}, Accept exempt: off, unless it is meant`,
    },
  ]
}
