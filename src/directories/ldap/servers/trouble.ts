import { Fault } from '../../../kernel/index.ts'

/**
 * `server`: this one is of no use now, another may be. `bind`: it does not take who we are. `lost`, `late`: nobody knows what
 * it would have said. `answer`: it did say something, and would say it again. `ours`: we had no more time.
 */
export type Blame = 'server' | 'bind' | 'lost' | 'late' | 'answer' | 'ours'

/** A Fault that says whether asking elsewhere may help. */
export class Trouble extends Fault {
  readonly blame: Blame

  constructor(blame: Blame, message: string, options?: ErrorOptions) {
    super('directory.unavailable', message, options)
    this.blame = blame
  }
}
