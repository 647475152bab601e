import assert from 'node:assert/strict'
import { exportAudit } from '../../src/audit/index.ts'
import type { TestApp } from './app.ts'

/** What can be read without being meant to be, by the name of the place. */
export type Places = ReadonlyMap<string, string>

/** Everything that this installation writes down: its log at its most talkative, metrics, audit and the bytes of its files. */
export async function placesOf(app: TestApp): Promise<Places> {
  await app.app.tend()
  const audit: string[] = []
  for await (const link of exportAudit(app.app.store.audit, 0)) audit.push(JSON.stringify(link))
  const metrics = await (await fetch(`${app.managementUrl}/metrics`)).text()
  // The process's own are numbers of memory and time, any of which may look like a code.
  const ours = metrics.split('\n').filter((line) => !/^(process|nodejs)_/.test(line))
  const places = new Map([
    ['the log', app.logged.join('')],
    ['the metrics', ours.join('\n')],
    ['the audit', audit.join('\n')],
  ])
  const kept = await app.kept.places()
  for (const [place, text] of kept) places.set(place, text)
  // What is looked through has to be what was written.
  assert.match(places.get('the log') ?? '', /"msg":"[a-z.-]+"/)
  assert.match(places.get('the metrics') ?? '', /sallyport_step_ups_total\{.*\} [1-9]/)
  assert.match(places.get('the audit') ?? '', /"event":"step-up\.opened"/)
  assert.ok([...kept.values()].some((text) => /stp_[\w-]{22}/.test(text)))
  return places
}

export function assertIn(place: string, text: string, secret: string): void {
  assert.ok(isIn(text, secret), `${secret} has to be in ${place}`)
}

/** In clear and in the ways in which bytes are commonly written. */
export function assertNowhere(places: Places, secrets: Readonly<Record<string, string>>): void {
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(secret.length >= 6, `${name} is something to look for`)
    for (const [place, text] of places)
      for (const spelling of spellingsOf(secret))
        assert.ok(!isIn(text, spelling), `${name} is in ${place}: ${excerpt(text, spelling)}`)
  }
}

function spellingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'latin1')
  const coded = (['hex', 'base64', 'base64url'] as const).map((as) => bytes.toString(as))
  return [...new Set([secret, ...coded, encodeURIComponent(secret)])]
}

/** Digits are looked for as a run of their own and not in a fraction, since times are full of digits. */
function isIn(text: string, secret: string): boolean {
  if (!/^[0-9]+$/.test(secret)) return text.includes(secret)
  return new RegExp(`(?<![0-9A-Za-z.])${secret}(?![0-9A-Za-z])`).test(text)
}

function excerpt(text: string, secret: string): string {
  const at = text.indexOf(secret)
  return JSON.stringify(text.slice(Math.max(0, at - 60), at + secret.length + 20))
}
