import { stringify } from 'yaml'
import { gatewaySettings, gatewayUrl } from '../support/sms-gateway.ts'
import { type Outcome, type Row, rounded } from './figures.ts'
import { fillWithPeople } from './fill.ts'
import { createReplica, freePorts, type Installation } from './installation.ts'
import { medianOf, pairsOf, ratiosOf, type Sample, type Subject } from './measure.ts'
import { type Stage, stop } from './stage.ts'
import { median, spread } from './statistics.ts'

export const TRUST = 'trust: { hours: 12h, binding: ip+device }\n'
/** The usernames of those who have a phone and no OTP app. */
const TEXTED = 't'
const GATEWAY_SECONDS = 5

/** What a pass by trust costs, its cookie changed each time, against a step-up with a code at the same server: of an OTP app, and by text. */
export async function passesOf(stage: Stage, of: Installation): Promise<Outcome> {
  const { loader, say, warm } = stage
  const { workers, cpuStepUps: stepUps } = stage.sizes
  const { server, texted } = await servedWithTexts(stage, of)
  await warm(server)
  await warm(texted)
  for (const load of ['ticking', 'passing'] as const)
    await loader.run({ target: server.target, load, stepUps, workers })
  say('CPU of a pass by trust and of a step-up with the code of an OTP app, in turn')
  const app = await passesAgainst(stage, server, server)
  say('CPU of a pass by trust and of a step-up with a code by text, in turn')
  const text = await passesAgainst(stage, server, texted)
  await stop(server)
  const figures = {
    ...{ cpuMsPerPass: app.passMs, cpuMsPerCode: app.codeMs, trustRatio: app.ratio },
    ...{ cpuMsPerText: text.codeMs, trustRatioToText: text.ratio },
  }
  const codes = `code of an OTP app ${app.codeMs} ms, by text ${text.codeMs} ms`
  const rows: readonly Row[] = [
    ['CPU of a pass by trust', `${app.passMs} ms`, codes],
    ['trust ratio, OTP app', `${app.ratio}`, `≤ 0.6; pairs ${app.pairs}`],
    ['trust ratio, code by text', `${text.ratio}`, `≤ 0.6; pairs ${text.pairs}`],
  ]
  return { figures, rows }
}

/** One process, and its people of two kinds: those with an OTP app have no other way and are asked at once, those with a phone choose. */
async function servedWithTexts({ served, sizes }: Stage, of: Installation) {
  const { pairs, people, cpuStepUps, warmUpStepUps } = sizes
  // Each is texted once, as nobody is again before the time between two messages is over.
  const phones = warmUpStepUps + pairs * cpuStepUps
  await fillWithPeople(of, TEXTED, phones, 'phone')
  const [gatewayPort = 0] = await freePorts(1)
  const gateway = gatewaySettings(gatewayUrl(gatewayPort), 'bench')
  const sms = [{ ...gateway, timeoutSeconds: GATEWAY_SECONDS }]
  const more = `${TRUST}${stringify({ channels: { sms } })}`
  const replica = await createReplica(of, { more, factors: ['totp', 'sms'] })
  const server = await served([replica], people, 'in turn')
  const target = { ...server.target, prefix: TEXTED, people: phones, gatewayPort }
  return { server, texted: { ...server, target } }
}

async function passesAgainst(stage: Stage, passing: Subject, asked: Subject) {
  const { pairs, workers, cpuStepUps: stepUps } = stage.sizes
  const cost = await pairsOf(stage.loader, [passing, asked], {
    ...{ pairs, workers, stepUps, loads: ['passing', 'closed'] },
  })
  const cpuMs = (one: Sample) => one.cpuMs
  const ratios = ratiosOf(cost, cpuMs)
  return {
    passMs: rounded(medianOf(cost, 'of', cpuMs)),
    codeMs: rounded(medianOf(cost, 'against', cpuMs)),
    ratio: rounded(median(ratios)),
    pairs: spread(ratios),
  }
}
