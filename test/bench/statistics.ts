import { readdirSync, readFileSync } from 'node:fs'

/** What the operating system says of a process, and what to make of several numbers. */
const TICKS_PER_SECOND = 100

/** User and system time of all its threads so far. */
export const cpuSeconds = (pid: number): number => secondsIn(pid, 14) + secondsIn(pid, 15)

/** The same of the children that have ended. */
export const cpuSecondsOfEnded = (pid: number): number => secondsIn(pid, 16) + secondsIn(pid, 17)

/** What all processors of the machine have worked so far, for whomever. */
export function busySeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] =
    /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]?.split(' ').map(Number) ?? []
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND
}

/** By the number of the field in proc(5). */
function secondsIn(pid: number, field: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in parentheses may hold anything, so what counts begins after it, with the third field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[field - 3]) / TICKS_PER_SECOND
}

export function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) * 1024
}

export const threadCount = (pid: number): number => readdirSync(`/proc/${pid}/task`).length

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** `0.98 to 1.07` */
export const spread = (values: readonly number[]): string =>
  `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`
