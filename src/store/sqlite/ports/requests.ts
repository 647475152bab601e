import { invariant } from '../../../kernel/index.ts'
import type { RequestStore } from '../../../oidc/index.ts'
import { eventIn, satisfiedIn } from '../../rows.ts'
import { onceRow, requestRow } from '../../to-rows.ts'
import type { PortDeps } from './deps.ts'

export function requestStore(deps: PortDeps): RequestStore {
  const { writer, reader, toRows, heard, stepUpRows, requestRows } = deps
  return {
    push(request, once) {
      const row = requestRow(request)
      requestRows.wrote(row.value, request)
      return writer.call('requests.push', { row, once: onceRow(once) })
    },

    async findPushed(uriHash, client, now) {
      const row = await reader.read((reads) => reads.pushed.get({ uri_hash: uriHash }))
      if (row === undefined || row.client !== client) return 'unknown'
      const ends = row.step_up === null ? row.open_by : row.expires_at
      return now >= ends ? 'expired' : requestRows.parse(row.request)
    },

    async park(request, now) {
      const answer = await writer.call('requests.park', { row: requestRow(request), now })
      return typeof answer === 'string' ? answer : requestRows.parse(answer.request)
    },

    async find(stepUp) {
      const row = await reader.read((reads) => reads.request.get({ step_up: stepUp }))
      return (
        row && {
          request: requestRows.parse(row.request),
          stepUp: row.stepUp === null ? undefined : stepUpRows.parse(row.stepUp),
        }
      )
    },

    async issue(stepUp, browser, { hash, seconds }, now) {
      const of = { step_up: stepUp, browser, hash, seconds, now, spare: toRows.spare() }
      const answer = await writer.call('requests.issue', of)
      if ('event' in answer) tell(answer.event)
      if (!('request' in answer)) return { heard: answer.heard }
      return {
        heard: answer.heard,
        request: requestRows.parse(answer.request),
        stepUp: stepUpRows.parse(answer.stepUp),
      }
    },

    async redeem(code, verifierHash, token, once, now) {
      const answer = await writer.call('requests.redeem', {
        hash: code.hash,
        client: code.client,
        redirect_uri: code.redirectUri,
        seconds: code.seconds,
        verifier_hash: verifierHash,
        token_hash: token.hash,
        token_expires_at: token.expiresAt,
        once: onceRow(once),
        now,
        spare: toRows.spare(),
      })
      if ('event' in answer) tell(answer.event)
      if (!('request' in answer)) return { heard: answer.heard }
      const { request, stepUp } = answer
      return {
        heard: 'redeemed',
        request: requestRows.parse(request),
        stepUp: satisfiedIn(stepUpRows.parse(stepUp)),
      }
    },

    async findToken(hash, now) {
      const row = await reader.read((reads) => reads.token.get({ token_hash: hash }))
      if (row === undefined || row.token_expires_at === null || now >= row.token_expires_at)
        return undefined
      return {
        request: requestRows.parse(row.request),
        stepUp: satisfiedIn(stepUpRows.parse(row.stepUp)),
      }
    },

    async refuse(event) {
      const [told] = toRows.told([event])
      invariant(told !== undefined, 'one event makes one row')
      await writer.call('requests.refuse', told)
    },
  }

  function tell(event: string | null): void {
    if (event !== null) heard([eventIn(event)])
  }
}
