import type { Random } from '../../../kernel/index.ts'
import type { AuthorizationRequest } from '../../../oidc/index.ts'
import type { StepUp } from '../../../stepup/index.ts'
import type { Remembered } from '../../remembered.ts'
import type { Sealing } from '../../sealing.ts'
import type { Heard } from '../../store.ts'
import type { ToRows } from '../../to-rows.ts'
import type { Link } from '../link.ts'

export type PortDeps = {
  readonly link: Link
  readonly toRows: ToRows
  readonly sealing: Sealing
  readonly random: Random
  readonly stepUpRows: Remembered<StepUp>
  readonly requestRows: Remembered<AuthorizationRequest>
  readonly heard: Heard
}
