/** Where the database is and how it is spoken to. Seconds throughout. */
export type PostgresSettings = {
  /** Tried in order until one takes writes. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly database: string
  readonly user: string
  /** Asked for each new connection, so that one that was changed is taken up. Null: the server asks for none, or for a certificate. */
  readonly password: (() => string) | null
  /** PEM. The certificate has to be for the host's name. Null: in clear, for loopback or a socket of its own. */
  readonly tls: {
    readonly ca: string | null
    readonly certificate: { readonly cert: string; readonly key: string } | null
    /** The name in the certificate, where it is not the host's. */
    readonly serverName: string | null
  } | null
  /** One connection more is for health alone. */
  readonly pool: { readonly connectionsMax: number; readonly waitingMax: number }
  readonly connectSeconds: number
  readonly statementSeconds: number
  readonly lockSeconds: number
  /** Of one operation, with its wait in the queue and every retry. In the queue it waits until one statement's time is left. */
  readonly deadlineSeconds: number
  /** False behind a pooler that keeps no prepared statements (PgBouncer before 1.21 in transaction mode): then time-outs of the server belong to the role. */
  readonly prepared: boolean
}
