/**
 * Text messages by gateways that take them over HTTP: puts a code in words and hands it to the first gateway that will
 * have it. It tells what certainly was not taken from what may have been, and knows nothing of people or counters.
 */
export { createCodeText } from './message.ts'
export { createNoticeText } from './notice-text.ts'
export { createSmsChannel } from './sms.ts'
