import type { AuthorizationRequest } from '../../../oidc/index.ts'
import type { StepUp } from '../../../stepup/index.ts'
import type { Remembered } from '../../remembered.ts'
import type { Sealing } from '../../sealing.ts'
import type { Heard } from '../../store.ts'
import type { ToRows } from '../../to-rows.ts'
import type { Reader } from '../reader.ts'
import type { WriterThread } from '../writer-thread.ts'

export type PortDeps = {
  readonly writer: Pick<WriterThread, 'call'>
  readonly reader: Pick<Reader, 'read'>
  readonly toRows: ToRows
  readonly sealing: Sealing
  readonly stepUpRows: Remembered<StepUp>
  readonly requestRows: Remembered<AuthorizationRequest>
  readonly heard: Heard
}
