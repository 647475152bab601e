import type { By } from '../../../directories/index.ts'
import { eventIn } from '../../rows.ts'
import type { PortDeps } from './deps.ts'

/** What a change that may end sign-ins sends along, and what comes back with it. */
export function createEndings({ toRows, heard }: Pick<PortDeps, 'toRows' | 'heard'>) {
  const tellEvents = (events: readonly string[]): void => {
    if (events.length > 0) heard(events.map(eventIn))
  }
  return {
    tellEvents,
    endingBy: ({ at, actor }: By) => ({ at, actor, spare: toRows.spare() }),
    answerOf<H>(answer: { readonly heard: H; readonly events: readonly string[] }): H {
      tellEvents(answer.events)
      return answer.heard
    },
  }
}
