import type { AuditEvent } from '../audit/index.ts'
import { type Clock, Fault, fail, newId, ok, type Random, type Result } from '../kernel/index.ts'
import type { Enrolment } from '../stepup/index.ts'
import { type Column, type ImportRow, parseImport } from './import-file.ts'
import { nameKeyOf } from './name-key.ts'
import { parseOtpUri } from './otp-uri.ts'
import type { LocalPerson, PeopleStore } from './people-store.ts'
import { parseFields } from './person-fields.ts'

/** 'ready': nothing is wrong with it, and it was not added because of others. */
export type ImportLine = {
  readonly row: number
  readonly username: string | null
  readonly outcome: 'added' | 'ready' | 'refused'
  /** Empty unless refused. */
  readonly problems: readonly string[]
}

type ImportReport = { readonly lines: readonly ImportLine[]; readonly added: number }

/** All or nothing, unless `partial`. The error is what is wrong with the file as a whole. */
export type ImportPeople = (
  operator: string,
  file: { readonly bytes: Uint8Array; readonly format: 'csv' | 'jsonl' },
  options: { readonly partial: boolean; readonly allowShortSecrets: boolean },
) => Promise<Result<ImportReport, string>>

type Entry = { readonly person: LocalPerson; readonly enrolment: Enrolment | null }
type Judged = {
  readonly row: number
  readonly username: string | null
  readonly entry: Entry | null
  readonly problems: readonly string[]
}

const RACES_MAX = 3

/** Added in one transaction, for which every sign-in waits: about a second for that many. */
const WHOLE_MAX = 10_000
const PART_MAX = 1_000
const TOO_MANY = `more than ${WHOLE_MAX} people are not added all at once, because sign-ins would wait; divide the file, or use --partial`

export function createImportPeople(deps: {
  readonly store: Pick<PeopleStore, 'add'>
  readonly clock: Clock
  readonly random: Random
  readonly directory: string
  readonly defaultCountry: string | null
}): ImportPeople {
  const { store, clock, random, directory, defaultCountry } = deps

  return async (operator, file, options) => {
    const rows = parseImport(file)
    if (!rows.ok) return rows
    const judged = withoutTwins(rows.value.map((row) => judge(row, options)))
    if (!options.partial) {
      if (judged.length > WHOLE_MAX) return fail(TOO_MANY)
      return ok(reportOf(await add(operator, judged, 'whole')))
    }
    const lines: ImportLine[] = []
    for (let at = 0; at < judged.length; at += PART_MAX)
      lines.push(...(await add(operator, judged.slice(at, at + PART_MAX), 'partial')))
    return ok(reportOf(lines))
  }

  /** Whoever the store knows already is refused like any other problem; somebody may add people meanwhile. */
  async function add(
    operator: string,
    judged: readonly Judged[],
    how: 'whole' | 'partial',
  ): Promise<readonly ImportLine[]> {
    let rows = judged
    for (let race = 0; race < RACES_MAX; race++) {
      const entries = rows.map(({ entry }) => entry).filter((entry) => entry !== null)
      const isIncomplete = how === 'whole' && entries.length < rows.length
      if (entries.length === 0 || isIncomplete) return linesOf(rows, 'ready')
      const answer = await store.add(entries, entries.flatMap(eventsOf(operator)))
      if (answer.heard === 'added') return linesOf(rows, 'added')
      const taken = new Set(answer.nameKeys)
      rows = rows.map((row) => (taken.has(keyOf(row)) ? refused(row, 'username is taken') : row))
    }
    throw new Fault('store.contended', `people were added meanwhile ${RACES_MAX} times`)
  }

  function judge(
    { row, read }: ImportRow,
    options: { readonly allowShortSecrets: boolean },
  ): Judged {
    if (!read.ok) return { row, username: null, entry: null, problems: [read.error] }
    const { value } = read
    const fields = parseFields(writtenOf(value), defaultCountry)
    const otp = value.totp ? parseOtpUri(value.totp, options) : ok(null)
    const problems = [...(fields.ok ? [] : fields.error), ...(otp.ok ? [] : [otp.error])]
    // Said in the report, so only what is a name is repeated.
    const username = nameKeyOf(value.username ?? '') === undefined ? null : (value.username ?? null)
    if (!fields.ok || !otp.ok) return { row, username, entry: null, problems }
    const { username: name, displayName, emails, phones, locale } = fields.value
    if (name === undefined) return { row, username, entry: null, problems: ['username is missing'] }

    const [account, now] = [newId('account', random), clock.now()]
    const person: LocalPerson = {
      ...{ account, directory, username: name.text, nameKey: name.key },
      ...{ displayName: displayName ?? null, emails: emails ?? [], phones: phones ?? [] },
      ...{ locale: locale ?? null, state: 'enabled', createdAt: now },
    }
    const enrolment: Enrolment | null = otp.value && {
      ...{ id: newId('enrolment', random), account, factor: 'totp', provenance: 'import' },
      ...otp.value,
      ...{ at: now, usedTimeStep: 0, name: null },
    }
    return { row, username: name.text, entry: { person, enrolment }, problems }
  }

  function eventsOf(operator: string): (entry: Entry) => readonly AuditEvent[] {
    const actor = `operator:${operator}` as const
    return ({ person, enrolment }) => {
      const about = { at: person.createdAt, actor, account: person.account }
      const fields = [
        'username',
        ...(['displayName', 'emails', 'phones', 'locale'] as const).filter(
          (field) => (person[field]?.length ?? 0) > 0,
        ),
      ]
      const added: AuditEvent = { event: 'person.added', ...about, fields }
      if (enrolment === null) return [added]
      return [added, { event: 'factor.imported', ...about, factor: enrolment.factor }]
    }
  }
}

/** Several contacts stand in one field, divided by semicolons. */
function writtenOf(value: Readonly<Partial<Record<Column, string>>>) {
  const listOf = (text: string | undefined) =>
    text
      ?.split(';')
      .map((one) => one.trim())
      .filter((one) => one !== '')
  return {
    username: value.username ?? '',
    displayName: value.display_name,
    emails: listOf(value.email),
    phones: listOf(value.phone),
    locale: value.locale,
  }
}

/** Of two rows with one name neither is taken: which is meant can't be known. */
function withoutTwins(rows: readonly Judged[]): readonly Judged[] {
  const byKey = Map.groupBy(rows, keyOf)
  return rows.map((row) => {
    const others = row.entry === null ? [] : (byKey.get(keyOf(row)) ?? [])
    const other = others.find((one) => one.row !== row.row)
    return other === undefined ? row : refused(row, `username is that of row ${other.row} too`)
  })
}

const keyOf = ({ entry }: Judged): string => entry?.person.nameKey ?? ''

const refused = (row: Judged, problem: string): Judged => ({
  ...row,
  entry: null,
  problems: [...row.problems, problem],
})

function linesOf(rows: readonly Judged[], entered: 'added' | 'ready'): readonly ImportLine[] {
  return rows.map(({ row, username, entry, problems }) => {
    return { row, username, outcome: entry === null ? 'refused' : entered, problems }
  })
}

const reportOf = (lines: readonly ImportLine[]): ImportReport => ({
  lines,
  added: lines.filter(({ outcome }) => outcome === 'added').length,
})
