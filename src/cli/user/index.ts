/**
 * `sallyport user`: the people of local directories, one file per command or per few of a kind. It prints what the
 * directory answered and decides nothing; contacts are masked unless asked for.
 */
export { user } from './user.ts'
export { withPerson } from './with-person.ts'
