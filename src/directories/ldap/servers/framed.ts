import { Socket } from 'node:net'
import { isSound, lengthBytesAfter, TAG } from './ber.ts'

/** Why nothing more is to be had of it; undefined while it is open. */
export type Loss = 'closed' | 'oversized' | 'not-ldap' | 'ours'

/** Whose is the message that stands there in these bytes? */
export type Taker = (bytes: Buffer, from: number, to: number) => 'taken' | 'left'

/** Of all that is under way at a time. A person is a few KB. */
const BYTES_MAX = 4 * 1024 * 1024

/**
 * What ldapts takes for a socket. It hands on one whole message at a time, and lets go of the real one when that sends more
 * than it may, or what is no LDAP. By itself ldapts would put pieces together anew with each piece, call itself once for each
 * message in a piece until the stack is full, keep all that a server cares to send, and read for ever where a length
 * within a message is longer than the message.
 */
export class Framed extends Socket {
  #under: Socket | undefined
  #pieces: Buffer[] = []
  #held = 0
  #wanted = 2
  #heard = 0
  #messages = 0
  #loss: Loss | undefined
  #taker: Taker | undefined

  constructor(under: Socket) {
    super()
    this.#under = under
    under.on('data', this.#take)
    // It never fails, it only ends: what became of it is `loss`.
    under.on('error', this.#gone)
    under.on('end', this.#gone)
    under.on('close', this.#gone)
  }

  get loss(): Loss | undefined {
    return this.#loss
  }

  /** Nothing but so many whole messages has been said. */
  hasSaidJust(messages: number): boolean {
    return this.#messages === messages && this.#held === 0
  }

  /** What is heard from now on is counted anew. */
  restart(): void {
    this.#heard = 0
  }

  /** Each message from now on: ldapts does not hear of those that are taken. */
  offerTo(taker: Taker): void {
    this.#taker = taker
  }

  /** Past ldapts. */
  say(bytes: Buffer): void {
    this.#under?.write(bytes)
  }

  endAs(why: Loss): void {
    this.#loss ??= why
    this.destroy()
  }

  /** The real one is somebody else's from now on; not a byte can be sent through this. */
  detach(): void {
    const under = this.#under
    this.#under = undefined
    under?.off('data', this.#take)
    for (const event of ['error', 'end', 'close']) under?.off(event, this.#gone)
  }

  readonly #gone = (): void => this.endAs('closed')

  readonly #take = (piece: Buffer): void => {
    this.#heard += piece.length
    if (this.#heard > BYTES_MAX) this.endAs('oversized')
    this.#pieces.push(piece)
    this.#held += piece.length
    if (this.#held < this.#wanted) return
    const all = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces)
    const rest = this.#handOnAll(all)
    this.#pieces = rest.length === 0 ? [] : [rest]
    this.#held = rest.length
  }

  /** What is left behind the last whole message. */
  #handOnAll(all: Buffer): Buffer {
    let at = 0
    while (this.#loss === undefined) {
      const length = lengthOf(all, at)
      if (length === 'none') this.endAs('not-ldap')
      else if (length === 'unknown') {
        this.#wanted = all.length - at + 1
        break
      } else if (length > BYTES_MAX) this.endAs('oversized')
      else if (length > all.length - at) {
        this.#wanted = length
        break
      } else {
        this.#handOn(all, at, at + length)
        at += length
      }
    }
    return at === 0 ? all : all.subarray(at)
  }

  #handOn(all: Buffer, from: number, to: number): void {
    this.#messages += 1
    if (this.#taker?.(all, from, to) === 'taken') return
    const message = all.subarray(from, to)
    if (isSound(message)) this.push(message)
    else this.endAs('not-ldap')
  }

  override _read(): void {}

  override _write(bytes: Buffer, _: string, done: (error?: Error) => void): void {
    if (this.#under === undefined) done(new Error('nothing is under it any more'))
    else this.#under.write(bytes, () => done())
  }

  override _writev(all: { readonly chunk: Buffer }[], done: (error?: Error) => void): void {
    this._write(Buffer.concat(all.map(({ chunk }) => chunk)), '', done)
  }

  override _final(done: () => void): void {
    done()
  }

  override _destroy(_: Error | null, done: () => void): void {
    this.#loss ??= 'ours'
    this.#under?.destroy()
    done()
    // A Socket leaves that to its own `_destroy`.
    queueMicrotask(() => this.emit('close', false))
  }
}

/** Of the message that begins there; `none` where none does. */
function lengthOf(bytes: Buffer, at: number): number | 'unknown' | 'none' {
  const [tag, first] = [bytes[at], bytes[at + 1]]
  if (tag !== undefined && tag !== TAG.sequence) return 'none'
  if (first === undefined) return 'unknown'
  const more = lengthBytesAfter(first)
  if (more === undefined) return 'none'
  if (more === 0) return 2 + first
  return bytes.length < at + 2 + more ? 'unknown' : 2 + more + bytes.readUIntBE(at + 2, more)
}
