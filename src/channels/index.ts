/**
 * How a code reaches a person: one interface, one file or folder per channel. A channel puts a code in words and hands
 * it to a gateway; it never makes a code, never picks a person, never counts.
 */
export type {
  Channel,
  ChannelKind,
  CodeMessage,
  Delivery,
  NoticeChannel,
  NoticeMessage,
  NoticeOutcome,
} from './channel.ts'
