import { Fault } from '../../../kernel/index.ts'
import type { RequestStore } from '../../../oidc/index.ts'
import { eventIn, satisfiedIn } from '../../rows.ts'
import { onceRow, requestRow } from '../../to-rows.ts'
import { isUnique } from '../faults.ts'
import { toldOf } from '../parts.ts'
import { keepEvents } from '../statements/audit.ts'
import * as sql from '../statements/requests.ts'
import type { PortDeps } from './deps.ts'

const ENDS: ReadonlySet<string> = new Set(['refused', 'cancelled', 'expired'])

export function requestStore(deps: PortDeps): RequestStore {
  const { link, toRows, heard, stepUpRows, requestRows } = deps
  return {
    async push(request, once) {
      const row = requestRow(request)
      requestRows.wrote(row.value, request)
      const used = onceRow(once)
      try {
        if (used === null) {
          const { rows } = await link.write(sql.push, row)
          if (rows[0]?.pushed === 1) return 'pushed'
          throw new Fault('store.contended', 'another request has this request_uri')
        }
        const { rows } = await link.write(sql.pushOnce, {
          ...row,
          ...onceValues(used),
          tag: toRows.spare().id,
        })
        return rows[0]?.pushed === 1 ? 'pushed' : 'assertion-replayed'
      } catch (error) {
        if (isUnique(error, 'requests_by_nonce')) return 'nonce-replayed'
        throw error
      }
    },

    async findPushed(uriHash, client, now) {
      const [row] = await link.read(sql.findPushed, { uri_hash: uriHash })
      if (row === undefined || row.client !== client) return 'unknown'
      const ends = row.step_up === null ? row.open_by : row.expires_at
      return now >= ends ? 'expired' : requestRows.parse(row.request)
    },

    async park(request, now) {
      const row = requestRow(request)
      const isLate = now >= row.open_by || now >= row.expires_at
      const { rows } = isLate ? { rows: [] } : await link.write(sql.park, row)
      if (rows[0]?.pushed === 1) return request
      const [kept] = await link.read(sql.parked, { uri_hash: row.uri_hash })
      if (kept === undefined) return isLate ? 'expired' : 'nonce-replayed'
      const isOurs = kept.client === row.client && now < kept.expires_at
      return isOurs ? requestRows.parse(kept.value) : 'expired'
    },

    async find(stepUp) {
      const [row] = await link.read(sql.find, { step_up: stepUp })
      return (
        row && {
          request: requestRows.parse(row.request),
          stepUp: row.stepUp === null ? undefined : stepUpRows.parse(row.stepUp),
        }
      )
    },

    async issue(stepUp, browser, code, now) {
      const event_id = toRows.spare().id
      const values = { step_up: stepUp, browser, hash: code.hash, now, event_id }
      const ask = async () => (await link.write(sql.issue, values)).rows[0]
      let kept = await ask()
      // Somebody issued it between our look and our insert: the second look shows it.
      if (kept !== undefined && isMissed(kept, browser)) kept = await ask()
      if (kept === undefined) return { heard: 'unknown' }
      if (kept.event !== null) heard([eventIn(kept.event)])
      if (kept.browser !== browser) return { heard: 'other-browser' }
      const said = {
        request: requestRows.parse(kept.request),
        stepUp: stepUpRows.parse(kept.stepUp),
      }
      const { state } = kept
      if (state !== 'satisfied') return { heard: ENDS.has(state) ? 'ended' : 'open', ...said }
      if (kept.issued === 1) return { heard: 'issued', ...said }
      const { code_hash, issued_at, redeemed_at } = kept
      // After a change of keys the derived code is another one: the one that was issued cannot be repeated.
      const isWaiting =
        code_hash === code.hash &&
        redeemed_at === null &&
        issued_at !== null &&
        now <= issued_at + code.seconds * 1000
      return { heard: isWaiting ? 'again' : 'spent', ...said }
    },

    async redeem(code, verifierHash, token, once, now) {
      const used = onceRow(once)
      const values = {
        ...{ hash: code.hash, client: code.client, redirect_uri: code.redirectUri },
        ...{ seconds: code.seconds, verifier_hash: verifierHash, now },
        ...{ token_hash: token.hash, token_expires_at: token.expiresAt },
        ...{ event_id: toRows.spare().id, tag: toRows.spare().id },
      }
      const { rows } =
        used === null
          ? await link.write(sql.redeem, values)
          : await link.write(sql.redeemOnce, { ...onceValues(used), ...values })
      const answer = rows[0]
      if (answer?.event) heard([eventIn(answer.event)])
      if (answer === undefined || answer.replayed) return { heard: 'assertion-replayed' }
      switch (answer.heard) {
        case 'redeemed': {
          const request = requestRows.parse(answer.request ?? '')
          return {
            heard: 'redeemed',
            request,
            stepUp: satisfiedIn(stepUpRows.parse(answer.stepUp ?? '')),
          }
        }
        case 'replayed':
        case 'verifier-wrong':
        case 'expired':
          return { heard: answer.heard }
        default:
          return { heard: 'unknown' }
      }
    },

    async findToken(hash, now) {
      const [row] = await link.read(sql.findToken, { token_hash: hash })
      if (row === undefined || row.token_expires_at === null || now >= row.token_expires_at)
        return undefined
      return {
        request: requestRows.parse(row.request),
        stepUp: satisfiedIn(stepUpRows.parse(row.stepUp)),
      }
    },

    async refuse(event) {
      await link.write(keepEvents, toldOf(toRows, [event]))
    },
  }
}

function onceValues({ client, jti, expires_at }: NonNullable<ReturnType<typeof onceRow>>) {
  return { once_client: client, jti, once_expires_at: expires_at }
}

const isMissed = ({ state, issued, code_hash, ...kept }: sql.Issued, browser: string): boolean =>
  kept.browser === browser && state === 'satisfied' && issued === 0 && code_hash === null
