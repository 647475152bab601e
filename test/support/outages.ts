import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { watchWriters } from './writers.ts'

export const writers = watchWriters()

/** Makes the store fail; what it returns makes it well again. */
type Strike = (file: string) => () => void

const away = (file: string, instead: () => void, takenBack: () => void) => {
  const ends = ['', '-wal', '-shm']
  for (const end of ends) renameSync(`${file}${end}`, `${file}.away${end}`)
  instead()
  return () => {
    takenBack()
    for (const end of ends) renameSync(`${file}.away${end}`, `${file}${end}`)
  }
}

/** No file of this process may grow beyond this. The signal that comes along would end it. */
function limitFiles(bytes: number | 'unlimited'): void {
  const limited = spawnSync('prlimit', ['--pid', `${process.pid}`, `--fsize=${bytes}:`])
  assert.equal(limited.status, 0, `${limited.stderr}`)
}
process.on('SIGXFSZ', () => {})

const NOTHING = () => {}

type Outage = {
  readonly strike: Strike
  /** What has to be installed for it. */
  readonly tool?: string
  /** What was asked may still be done when nobody waits for it any more. */
  readonly isLate?: true
}

/** The ways in which the store of this process can be down. */
export const OUTAGES: Readonly<Record<string, Outage>> = {
  'its file is locked': {
    isLate: true,
    strike(file) {
      const db = new Database(file)
      db.exec('BEGIN IMMEDIATE')
      return () => void db.close()
    },
  },
  'its file is away': { strike: (file) => away(file, NOTHING, NOTHING) },
  'another file is in its place': {
    strike: (file) =>
      away(
        file,
        () => writeFileSync(file, ''),
        () => {
          for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
        },
      ),
  },
  'a folder is in its place': {
    strike: (file) =>
      away(
        file,
        () => void mkdirSync(file),
        () => rmdirSync(file),
      ),
  },
  'its disk is full': {
    tool: 'prlimit',
    strike() {
      limitFiles(0)
      return () => limitFiles('unlimited')
    },
  },
  'no writer stays alive': {
    strike() {
      writers.set({ mood: 'dead' })
      return () => writers.set({ mood: 'well' })
    },
  },
  'its writer hangs': {
    isLate: true,
    strike() {
      writers.set({ mood: 'hanging' })
      return () => writers.set({ mood: 'well' })
    },
  },
}
