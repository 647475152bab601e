import { type FaultProxy, startFaultProxy, type Tap } from './fault-proxy.ts'

/** What somebody on the way makes of the server's answer to StartTLS. */
export type Meddling =
  | 'none'
  /** The connection goes as soon as the answer is there, which nobody hears. */
  | 'cut'
  /** `unavailable`, as if it had no TLS. */
  | 'strip'
  /** More in clear behind it, in one piece with it. */
  | 'inject'

/** Stands between us and an LDAP server, and keeps all that is sent there. */
export type LdapProxy = FaultProxy & {
  /** What was sent on each connection so far, every byte. */
  recorded(): readonly Buffer[]
  /** From now on. */
  meddle(how: Meddling): void
}

const START_TLS = Buffer.from('1.3.6.1.4.1.1466.20037')
/** A message of its own: that what is asked first over TLS, a bind, has succeeded. */
const BIND_SUCCEEDED = Buffer.from('300c02010261070a010004000400', 'hex')

export async function startLdapProxy(server: {
  readonly host: string
  readonly port: number
}): Promise<LdapProxy> {
  const connections: Buffer[][] = []
  let meddling: Meddling = 'none'

  const proxy = await startFaultProxy(server, (): Tap => {
    const sent: Buffer[] = []
    connections.push(sent)
    let isAnswered = false
    return {
      toServer: (bytes) => void sent.push(Buffer.from(bytes)),
      toClient(bytes) {
        if (isAnswered || !Buffer.concat(sent).includes(START_TLS)) return bytes
        isAnswered = true
        switch (meddling) {
          case 'none':
            return bytes
          case 'cut':
            return 'cut'
          case 'strip':
            return unavailable(sent)
          case 'inject':
            return Buffer.concat([bytes, BIND_SUCCEEDED])
        }
      },
    }
  })
  return {
    ...proxy,
    // Counted on, where a copy would stand still.
    get accepted() {
      return proxy.accepted
    },
    get answered() {
      return proxy.answered
    },
    recorded: () => connections.map((sent) => Buffer.concat(sent)),
    meddle(how) {
      meddling = how
    },
  }
}

const UNAVAILABLE = 52

/** The message id is the fifth byte of what was asked: they are small here. */
function unavailable(sent: readonly Buffer[]): Buffer {
  const id = Buffer.concat(sent)[4] ?? 0
  return Buffer.from([...[0x30, 12, 2, 1, id], ...[0x78, 7, 10, 1, UNAVAILABLE, 4, 0, 4, 0]])
}
