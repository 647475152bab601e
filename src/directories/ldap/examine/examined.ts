/** What `sallyport doctor` heard of one server, in its order: from its address to what people need of it. */
export type Examined = {
  /** As it was written. */
  readonly server: string
  /** `TLS`: `1.3, TLS_AES_256_GCM_SHA384`. Nothing secret, and of nobody. */
  readonly facts: readonly { readonly what: string; readonly is: string }[]
  readonly findings: readonly Finding[]
}

export type Finding = {
  /** `mind`: it works, and somebody should look. */
  readonly weighs: 'wrong' | 'mind'
  /** Where to change it, below the directory: `tls.caFile`. Null: not in the configuration. */
  readonly key: string | null
  /** What is wrong, in plain words, as a sentence of its own. */
  readonly says: string
  /** What would be right, or what to do; null where that is said already. */
  readonly wanted: string | null
  /** A line for whoever runs the directory, to be taken as it stands. Null: there is none. */
  readonly line: string | null
}

/** Connects to each server as configured, whatever the others say. It changes nothing, and never throws a Fault. */
export type Examine = () => Promise<readonly Examined[]>
