/**
 * Pieces of what an answer does to the code that it is about. Of the account's rows it comes before enrolments and counters:
 * so `code` is held first, and `tried` counts once the answer is spent.
 */
export const code = `
  code as (
    select 1 from operator_codes
    where account = @account and kind = @factor and exists (select from held) for update)`

export const tried = `
  tried as (
    update operator_codes c set answers = c.answers + 1
    from swapped where c.account = @account and c.kind = @factor)`

/** Whoever gave it first goes on with a bind code; a bypass code was used then. */
export const taken = `
  used as (
    update operator_codes c set holder = @holder, answers = c.answers - 1
    from held
    where c.account = @account and c.kind = @factor and c.id = @code
      and c.answers <= @answers_max::integer
      and (c.holder is null or c.kind = 'bind-code' and c.holder = @holder)
    returning 1)`
