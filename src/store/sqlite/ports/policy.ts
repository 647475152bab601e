import type { PolicyStore } from '../../../policy/index.ts'
import { appliedPolicyIn, ownSettingsIn } from '../../rows-policy.ts'
import type { PortDeps } from './deps.ts'

export function policyStore({ writer, reader, toRows }: PortDeps): PolicyStore {
  return {
    async current() {
      return appliedPolicyIn(await reader.read((reads) => reads.policy.get({})))
    },

    async people() {
      return (await reader.read((reads) => reads.ownSettings.all({}))).map(ownSettingsIn)
    },

    apply: (seen, settings, people, changed, events, now) =>
      writer.call('policy.apply', {
        ...{ seen, document: JSON.stringify(settings), changed, now, told: toRows.told(events) },
        people: people.map((one) => ({
          account: one.account,
          settings: JSON.stringify(one.settings),
        })),
      }),

    set(account, settings, events, seen) {
      const written = (own: typeof settings) => own && JSON.stringify(own)
      return writer.call('policy.set', {
        ...{ account, settings: written(settings), told: toRows.told(events) },
        seen: seen === undefined ? null : { settings: written(seen) },
      })
    },
  }
}
