import type { AuditEvent } from '../audit/index.ts'
import type { Log } from './log.ts'

/** One line for each outcome of a step-up, and for what an operator will want to see at once. */
export function createEventLog(log: Log): (events: readonly AuditEvent[]) => void {
  return (events) => {
    for (const event of events) {
      switch (event.event) {
        case 'step-up.satisfied':
        case 'step-up.refused':
        case 'step-up.cancelled':
        case 'step-up.expired':
        case 'step-up.blocked':
          log.info(event.event, { ...event })
          break
        case 'factor.locked':
        case 'authorization-code.replayed':
        case 'step-up.other-browser':
        case 'request.refused':
        case 'notice.dropped':
        case 'account.name-reused':
          log.warn(event.event, { ...event })
          break
        default:
          log.debug(event.event, { ...event })
      }
    }
  }
}
