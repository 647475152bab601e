import { createHash } from 'node:crypto'
import type { NoticeMessage } from './channel.ts'

/**
 * 22 characters, the same at every try, so that a gateway and a mail program see one message where a try was cut off after it
 * went out.
 */
export const noticeMark = ({ id, to }: Pick<NoticeMessage, 'id' | 'to'>): string =>
  createHash('sha256').update(`${id} ${to}`).digest('base64url').slice(0, 22)
