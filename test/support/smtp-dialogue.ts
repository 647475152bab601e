import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'

/** One transaction, as the bytes went over the wire. */
export type Sending = {
  /** Every line that was a command, in order. */
  readonly commands: readonly string[]
  /** The message, between DATA and the dot, byte for byte. */
  readonly raw: Buffer
}

export type SmtpDialogue = AsyncDisposable & {
  readonly port: number
  readonly sendings: readonly Sending[]
  last(): Sending
}

/** Believes everything and writes it all down: what a kinder server would refuse or tidy up can be seen here. */
export async function openSmtpDialogue(): Promise<SmtpDialogue> {
  const sendings: Sending[] = []
  const server = createServer((socket) => {
    let [waiting, commands, isData] = [Buffer.alloc(0), [] as string[], false]
    const say = (line: string) => socket.write(`${line}\r\n`)
    say('220 dialogue ESMTP')
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk])
      for (;;) {
        const ending = isData ? '\r\n.\r\n' : '\n'
        const end = waiting.indexOf(ending)
        if (end < 0) return
        const taken = waiting.subarray(0, end)
        waiting = waiting.subarray(end + ending.length)
        if (isData) {
          sendings.push({ commands, raw: Buffer.from(taken) })
          ;[commands, isData] = [[], false]
          say('250 kept')
          continue
        }
        const line = taken.toString('latin1').replace(/\r$/, '')
        commands = [...commands, line]
        isData = /^DATA$/i.test(line)
        say(isData ? '354 go on' : '250 SMTPUTF8')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    sendings,
    last() {
      const sending = sendings.at(-1)
      if (sending === undefined) throw new Error('nothing was sent')
      return sending
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
