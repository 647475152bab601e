import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createClockWatch } from './clock-watch.ts'

function bench() {
  const told: string[] = []
  const observed: number[] = []
  let measured: { offsetSeconds: number; roundTripSeconds: number } | null = null
  const watch = createClockWatch({
    measure: async () => measured,
    observe: (seconds) => void observed.push(seconds),
    log: {
      info: (said) => void told.push(said),
      warn: (said) => void told.push(said),
    },
  })
  return {
    ...{ told, observed, watch },
    async look(offsetSeconds: number, roundTripSeconds = 0.002) {
      measured = { offsetSeconds, roundTripSeconds }
      await watch.look()
    },
  }
}

const OFF = 'the clock is not that of the database'
const RIGHT = 'the clock is that of the database again'

describe('the watch over the clock', () => {
  test('says nothing where there is one clock', async () => {
    const { watch, told, observed } = bench()
    await watch.look()
    assert.deepEqual([watch.checks(), told, observed], [[], [], []])
  })

  test('tells of more than two seconds in either direction, once per crossing', async () => {
    const { look, told, observed } = bench()
    for (const offset of [0, 2, -2, 2.001, 3, -30, 1, 0, -2.5, -2.5]) await look(offset)
    assert.deepEqual(told, [OFF, RIGHT, OFF])
    assert.deepEqual(observed, [0, 2, -2, 2.001, 3, -30, 1, 0, -2.5, -2.5])
  })

  test('keeps readiness up, with what was measured and a warning in its body', async () => {
    const { look, watch } = bench()
    await look(-0.0123)
    const body = { name: 'Clock', status: 'UP' }
    assert.deepEqual(watch.checks(), [
      { ...body, data: { skewSeconds: -0.012, skewSecondsMax: 2 } },
    ])
    await look(61)
    const warning = 'the clock is not that of the database: look after NTP'
    assert.deepEqual(watch.checks(), [
      { ...body, data: { skewSeconds: 61, skewSecondsMax: 2, warning } },
    ])
  })

  test('leaves out what took too long to say anything', async () => {
    const { look, told, observed } = bench()
    await look(5, 1.5)
    assert.deepEqual([told, observed], [[], []])
  })
})
