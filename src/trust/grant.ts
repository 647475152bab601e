import type { Binding, FactorKind, Id, Instant } from '../kernel/index.ts'

/** As they hold for one person now. 0 hours: everybody is asked every time. */
export type TrustSettings = { readonly hours: number; readonly binding: Binding }

/** One browser that a person ticked the box in. Its secret changes at each use; only hashes of it are kept. */
export type Device = {
  readonly series: string
  readonly generation: number
  readonly hash: string
  /** Under which the secret was made. */
  readonly keyId: string
  /** Of the secret before this one. */
  readonly before: string | null
  readonly rotatedAt: Instant
  readonly rotatedIp: string | null
}

/** A factor that was proven, and that counts again until its time is over: with its own acr, amr and time. */
export type Grant = {
  readonly id: Id<'trust'>
  /** Clients that share it. */
  readonly group: string
  readonly factor: FactorKind
  readonly binding: Binding
  readonly acr: string
  readonly amr: readonly string[]
  /** Of the factor: never later because the grant was used. */
  readonly at: Instant
  /** A MAC over how the person was reached then. */
  readonly contacts: string
  /** The network, as `networkOf` words it. */
  readonly ip: string | null
  readonly device: Device | null
}

/** What the success of a step-up would earn: decided when it is opened, and kept with it. */
export type TrustOffer = TrustSettings & {
  readonly group: string
  readonly contacts: string
  readonly ip: string | null
  /** The device that this browser is already, for this account. */
  readonly series: string | null
}

/** A grant as it is written. A device that is there already is joined. */
export type NewGrant = Omit<Grant, 'device'> & {
  readonly expiresAt: Instant
  readonly device: Device | { readonly join: string } | null
  /** The newest of an account stay. */
  readonly grantsMax: number
}

/** What is changed of a grant by which somebody passes, if it is still as it was seen. */
export type TrustUse = {
  readonly account: Id<'account'>
  readonly grant: Id<'trust'>
  /** `next` null: the secret stays. */
  readonly device:
    | (Pick<Device, 'series' | 'generation'> & {
        readonly next: Pick<Device, 'hash' | 'keyId' | 'rotatedAt' | 'rotatedIp'> | null
      })
    | null
}
