import { type Browser, chromium, type LaunchOptions } from 'playwright-core'

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

/** Debian's Chromium, without a screen. */
export const launch = (...flags: readonly string[]): Promise<Browser> => launchWith({}, flags)

/** For whoever hears signals and closes it then. */
export const launchHeeded = (): Promise<Browser> =>
  launchWith({ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }, [])

const launchWith = (options: LaunchOptions, flags: readonly string[]) =>
  chromium.launch({
    ...{ ...options, executablePath: '/usr/bin/chromium', args: [...FLAGS, ...flags] },
  })
