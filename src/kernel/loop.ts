/** Something that is done again and again in the background. */
export type Loop = AsyncDisposable & {
  /** Does it now, after a run that is under way. */
  run(): Promise<void>
}

/** Runs never overlap; one that fails is told and tried again at its time. Closing waits for the run under way. */
export function startLoop(options: {
  readonly everySeconds: number
  readonly task: () => Promise<unknown>
  readonly failed: (error: unknown) => void
}): Loop {
  const { everySeconds, task, failed } = options
  let isClosed = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout

  const run = (): Promise<void> => {
    running = running.then(task).then(() => {}, failed)
    return running
  }
  const wait = (): void => {
    timer = setTimeout(() => void run().then(() => isClosed || wait()), everySeconds * 1000)
    timer.unref()
  }
  wait()
  return {
    run,
    async [Symbol.asyncDispose]() {
      isClosed = true
      clearTimeout(timer)
      await running
    },
  }
}
