import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Blame, blameOf, type MailError } from './verdict.ts'

const rcpt = (response: string): MailError => ({
  ...{ code: 'EENVELOPE', command: 'RCPT TO', response },
  responseCode: Number(response.slice(0, 3)),
})
const data = (response: string): MailError => ({
  ...rcpt(response),
  code: 'EMESSAGE',
  command: 'DATA',
})
const from = (response: string): MailError => ({ ...rcpt(response), command: 'MAIL FROM' })

describe('what a mail server says', () => {
  const table: readonly (readonly [string, MailError, Blame])[] = [
    ['nobody there', { code: 'ESOCKET' }, 'over'],
    ['too slow', { code: 'ETIMEDOUT' }, 'over'],
    ['no such host', { code: 'EDNS' }, 'over'],
    ['no TLS where it is required', { code: 'ETLS' }, 'over'],
    ['ended by us', { code: 'EABORT' }, 'over'],
    ['wrong password', { code: 'EAUTH', responseCode: 535, response: '535 5.7.8 no' }, 'operator'],
    ['sign-in down', { code: 'EAUTH', responseCode: 454, response: '454 4.7.0 later' }, 'over'],
    ['sender refused', from('550 5.7.1 not you'), 'operator'],
    ['no such mailbox', rcpt('550 5.1.1 unknown'), 'person'],
    ['no such domain', rcpt('550 5.1.2 unknown'), 'person'],
    ['mailbox off', rcpt('550 5.2.1 disabled'), 'person'],
    ['mailbox full for now', rcpt('452 4.2.2 full'), 'wait'],
    ['mailbox full', rcpt('552 5.2.2 full'), 'wait'],
    ['greylisted', rcpt('451 4.7.1 later'), 'wait'],
    ['server full', rcpt('452 4.3.1 full'), 'over'],
    ['closing', rcpt('421 4.3.2 bye'), 'over'],
    ['relaying denied', rcpt('550 5.7.1 relaying denied'), 'operator'],
    ['block list', data('554 5.7.26 unauthenticated'), 'operator'],
    ['address needs SMTPUTF8', rcpt('553 5.6.7 utf8'), 'person'],
    ['too large', data('552 5.3.4 too big'), 'bug'],
    ['malformed', data('554 5.6.0 what'), 'bug'],
    ['no enhanced code, recipient', rcpt('550 no'), 'person'],
    ['no enhanced code, content', data('554 no'), 'operator'],
  ]
  for (const [name, error, blame] of table)
    test(`${name} is for ${blame}`, () => assert.equal(blameOf(error), blame))
})
