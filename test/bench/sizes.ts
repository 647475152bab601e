/** How much is done for each figure. */
export type Sizes = {
  /** Of two loads that are compared, in turn. */
  readonly pairs: number
  /** At a time. */
  readonly workers: number
  /** Whose CPU is taken. */
  readonly cpuStepUps: number
  readonly rateStepUps: number
  readonly warmUpStepUps: number
  readonly delaySeconds: number
  readonly people: number
  readonly few: number
  readonly million: number
  /** Of a pair of a small and a large installation: the few have no more codes to give. */
  readonly fewStepUps: number
  readonly pendingWarmUp: number
  readonly pending: number
  readonly starts: number
  readonly idleSeconds: number
  /** People whom a directory is asked for, each time. */
  readonly lookups: number
  /** Of two ways to look people up: many, as one of these is over within a second. */
  readonly lookupPairs: number
  readonly entries: number
  readonly manyEntries: number
  /** Of our own people's step-ups, and of people of a directory who are asked for meanwhile. */
  readonly localPerSecond: number
  readonly askedPerSecond: number
  readonly hangSeconds: number
  /** With a live session at a Keycloak; so many that each window has a code of everybody. */
  readonly keycloakPeople: number
  readonly keycloakStepUps: number
  /** At a time. */
  readonly keycloakWorkers: number
  readonly keycloakWarmUpSeconds: number
}

export const WHOLE: Sizes = {
  ...{ pairs: 5, workers: 32, cpuStepUps: 1500, rateStepUps: 3000, warmUpStepUps: 1500 },
  ...{ delaySeconds: 8, people: 40_000, few: 1000, million: 1_000_000, fewStepUps: 300 },
  ...{ pendingWarmUp: 15_000, pending: 12_000, starts: 5, idleSeconds: 10 },
  ...{ lookups: 6000, lookupPairs: 15, entries: 5000, manyEntries: 100_000 },
  ...{ localPerSecond: 30, askedPerSecond: 15, hangSeconds: 12 },
  ...{ keycloakPeople: 1200, keycloakStepUps: 400, keycloakWorkers: 12 },
  keycloakWarmUpSeconds: 120,
}

/** Whether it runs, within a minute or so. What it prints is worth nothing. */
export const QUICK: Sizes = {
  ...{ pairs: 1, workers: 16, cpuStepUps: 150, rateStepUps: 300, warmUpStepUps: 150 },
  ...{ delaySeconds: 1, people: 2000, few: 500, million: 5000, fewStepUps: 50 },
  ...{ pendingWarmUp: 500, pending: 500, starts: 1, idleSeconds: 2 },
  ...{ lookups: 400, lookupPairs: 1, entries: 500, manyEntries: 2000 },
  ...{ localPerSecond: 10, askedPerSecond: 5, hangSeconds: 4 },
  ...{ keycloakPeople: 100, keycloakStepUps: 30, keycloakWorkers: 4 },
  keycloakWarmUpSeconds: 3,
}
