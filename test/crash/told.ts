/** One sign-in attempt of one person, as somebody who watched the browser and the provider would have written it down. */
export type StepUpTold = {
  readonly username: string
  /** Of the code that was typed as the right one; null while none was. */
  typed: number | null
  /** How often a page said that the answer was wrong. */
  wrong: number
  isAccepted: boolean
  /** The ID tokens that came. */
  readonly tokens: string[]
}

/** What the workers were told; what they were not told because the connection was lost may have happened or not. */
export type Told = {
  readonly stepUps: Map<string, StepUpTold>
  finished: number
  replays: number
  doubles: number
  /** Answers that nothing explains, in words. */
  readonly odd: string[]
}

export const nothingTold = (): Told => ({
  ...{ stepUps: new Map(), odd: [] },
  ...{ finished: 0, replays: 0, doubles: 0 },
})
