/**
 * Pieces of what keeps an accepted factor: `staying` are the account's other browsers that stay known, `known` makes this one
 * so once `rows` are there, and `forgotten` takes the rest away. What somebody else holds is passed over, so that two who
 * succeed at once never wait for each other in a circle; who is one too many goes with the next success, and nobody looks at it.
 */
export const staying = `
  staying as (
    select browser from known_browsers
    where account = @account and browser <> @browser::text and at > @since::bigint
    order by at desc limit @browsers_max::integer - 1)`

export const known = (rows: string): string => `
  known as (
    insert into known_browsers as b (account, browser, at, factor, destination)
    select @account, @browser::text, @earned_at::bigint, @chosen::text, @destination::text
    from ${rows} where @browser::text is not null
    on conflict (account, browser) do update
      set at = greatest(b.at, excluded.at), factor = excluded.factor, destination = excluded.destination
    returning 1),
  passed as (
    select browser from known_browsers
    where account = @account and browser <> @browser::text and exists (select from known)
      and browser not in (select browser from staying)
    for update skip locked),
  forgotten as (
    delete from known_browsers b using passed
    where b.account = @account and b.browser = passed.browser)`

/** Of the lanes of a factor those that go on counting after a success in this one. */
export const stillCounting = `
  jsonb_each(lanes) as lane where lane.key <> @lane::text and (
    @browser::text is null or lane.key not like 'browser:%' or substr(lane.key, 9) = @browser::text
    or substr(lane.key, 9) in (select browser from staying))`
