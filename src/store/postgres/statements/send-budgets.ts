import { noticed } from './notices.ts'

/**
 * A piece of a statement: one message of a budget, and a notice where it was the last. The row decides: of two who claim at once
 * the second sees what the first left.
 */
export const claimed = (rows: string): string => {
  const isSame = '@now::bigint < b.window_started_at + @window_ms::bigint'
  const sends = `(case when ${isSame} then b.sends + 1 else 1 end)`
  const start = `(case when ${isSame} then b.window_started_at else @now::bigint end)`
  // After the last of a window the row says when the next one begins, so that it alone tells how long that takes.
  const next = (count: string, began: string) => {
    const cooled = `@now::bigint + 1000 * (@cool_downs::bigint[])[least(${count}, cardinality(@cool_downs::bigint[]))]`
    return `(case when ${count} < @sends_max::integer then ${cooled}
      else greatest(${cooled}, ${began} + @window_ms::bigint) end)`
  }
  return `
  claimed as (
    insert into send_budgets as b (account, channel, lane, window_started_at, sends, next_at)
    select @claim_account, @channel, @claim_lane, @now::bigint, 1, ${next('1', '@now::bigint')} from ${rows}
    on conflict (account, channel, lane) do update
    set window_started_at = ${start}, sends = ${sends}, next_at = ${next(sends, start)}
    where @now::bigint >= b.next_at and ${sends} <= @sends_max::integer
    returning b.sends),
  ${noticed({ id: '@notice_id', account: '@claim_account', lane: '@claim_lane' }, 'codes-unused', {
    ...{ factor: '@channel', now: '@now', wait: '@unused_ms::bigint' },
    rows: 'claimed where sends >= @sends_max::integer',
  })}`
}
