/**
 * Email by SMTP: puts a code in words and hands it to the operator's mail server. It tells a refused address from a server
 * that is down, and knows nothing of people, challenges or counters.
 */
export { createEmailChannel, type EmailSettings } from './email.ts'
export { type CodeMailSetting, createCodeMail, type RenderCodeMail } from './message.ts'
export { createNoticeMail } from './notice-message.ts'
