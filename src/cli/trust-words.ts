import type { Explained } from './tools.ts'

type Told = Extract<Explained, { readonly explained: 'person' }>
type Line = Told['trust']['grants'][number]

const timeOf = (at: number): string => new Date(at).toISOString()
const nameOf = ({ id, factor, at }: Line): string => `${id} (${factor} of ${timeOf(at)})`

/** Before what is asked otherwise. */
export function trustedLines({ trust }: Pick<Told, 'trust'>): readonly string[] {
  const good = trust.grants.filter(({ is }) => is === 'holds')
  const [newest] = good.toSorted((one, other) => other.at - one.at)
  if (newest === undefined) return []
  const where = trust.binding === 'ip' ? '' : ' in the browser in which they ticked the box'
  return [
    `Passes by trust${where}, until ${timeOf(newest.until)}.`,
    `  The token repeats acr ${newest.acr} and the time of ${newest.factor}: ${timeOf(newest.at)}.`,
    'Asked all the same at max_age, prompt=login or another essential acr. Then:',
  ]
}

/** Whether each piece of trust holds there, and else why not. */
export function trustLines({ grants }: Told['trust']): readonly string[] {
  if (grants.length === 0) return ['by no trust: nothing was earned that is not over']
  return grants.map((one) => `by ${nameOf(one)}: ${WHY[one.is]}`)
}

const WHY = {
  holds: 'yes',
  unsigned: 'no, that client may say any name',
  never: 'no, trust is off for them here',
  group: 'no, it is for other clients',
  binding: 'no, it is bound to something else than trust is now',
  clock: 'no, it is of a time to come: look at the clocks',
  over: 'no, its time is over',
  policy: 'no, the policy was changed since',
  factor: 'no, they may not use that factor any more',
  acr: 'no, it is worth too little here',
  contacts: 'no, they are reached in another way since',
  network: 'no, it is for another address',
  device: 'no, it is of no browser',
  prompt: 'no, the client wants a question',
  'max-age': 'no, the client wants it newer',
  insisted: 'no, the client insists on another acr',
} as const satisfies Record<Line['is'], string>
