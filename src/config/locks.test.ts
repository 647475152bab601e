import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { stringify } from 'yaml'
import { fail, ok } from '../kernel/index.ts'
import { formatProblems, parseConfig } from './index.ts'

const FILES: Record<string, string> = {
  '/etc/sp/key': Buffer.alloc(32, 7).toString('base64'),
  '/etc/sp/secret': 'correct horse battery',
}

const parse = (settings: object, from = 'par') =>
  parseConfig({
    yaml: stringify({
      issuer: 'https://2fa.example.com',
      store: { engine: 'sqlite', file: 'sallyport.db' },
      encryption: { keys: [{ id: 'k1', file: 'key' }] },
      clients: [
        {
          id: 'sso',
          auth: { method: 'client_secret_basic', secretFile: 'secret' },
          redirectUris: ['https://sso.example.com/callback'],
          subject: { from },
        },
      ],
      factors: ['totp'],
      firstEnrolment: 'open',
      ...settings,
    }),
    file: '/etc/sp/sallyport.yaml',
    env: {},
    readFile: (path) => {
      const held = FILES[path]
      return held === undefined ? fail('no such file') : ok(Buffer.from(held))
    },
  })

const complaints = (settings: object, from?: string) => {
  const parsed = parse(settings, from)
  return parsed.ok ? [] : parsed.error.map(({ key, says }) => `${key} ${says}`)
}

describe('budgets and locks', () => {
  test('are as they were before they could be set, where nothing is said', () => {
    const parsed = parse({})
    assert.ok(parsed.ok, parsed.ok ? '' : formatProblems(parsed.error))
    assert.deepEqual(parsed.value.locks, {
      ...{ every: 10, seconds: [900, 1800, 3600, 7200], cap: 50, own: 10 },
      ...{ answersMax: 30, replansMax: 5 },
    })
    assert.deepEqual(parsed.value.sends, {
      ...{ coolDownSeconds: [30, 60, 120], windowSeconds: 3600, signedMax: 5, unsignedMax: 2 },
    })
  })

  test('are never off, and never more than one factor of one account may take', () => {
    const bad: readonly (readonly [object, string])[] = [
      [{ locks: { every: 0 } }, 'locks.every is too small'],
      [{ locks: { every: 21 } }, 'locks.every is too large'],
      [{ locks: { seconds: [] } }, 'locks.seconds is too short'],
      [{ locks: { seconds: [0] } }, 'locks.seconds[0] is too small'],
      [{ locks: { every: 3, cap: 4 } }, 'locks.cap is too small'],
      [{ locks: { cap: 101 } }, 'locks.cap is too large'],
      [{ locks: { cap: null } }, 'locks.cap is empty'],
      [{ locks: { every: 10, cap: 9 } }, 'locks.every is above cap'],
      [{ locks: { answersMax: 0 } }, 'locks.answersMax is too small'],
      [{ locks: { replansMax: 21 } }, 'locks.replansMax is too large'],
      [{ sends: { coolDownSeconds: [0] } }, 'sends.coolDownSeconds[0] is too small'],
      [{ sends: { windowSeconds: 0 } }, 'sends.windowSeconds is too small'],
      [{ sends: { signedMax: 21 } }, 'sends.signedMax is too large'],
      [{ sends: { unsignedMax: 0 } }, 'sends.unsignedMax is too small'],
      [{ sends: { signedMax: 2, unsignedMax: 3 } }, 'sends.unsignedMax is above signedMax'],
    ]
    for (const [settings, complaint] of bad) assert.deepEqual(complaints(settings), [complaint])
  })

  test('come to a hundred failures in a row at most, counted apart or not', () => {
    const unsigned = 'dangerously_unsigned_login_hint'
    const most: readonly (readonly [number, number, string?])[] = [
      [50, 10],
      [85, 3],
      [25, 10, unsigned],
      [42, 3, unsigned],
    ]
    for (const [cap, own, from] of most) {
      assert.deepEqual(complaints({ locks: { cap, own } }, from), [])
      const over = complaints({ locks: { cap: cap + 1, own } }, from)
      assert.match(over.join(), /^locks\.cap is too large: it counts/)
    }
  })
})
