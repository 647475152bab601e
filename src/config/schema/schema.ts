import { z } from 'zod'
import type { Reader } from '../reader.ts'
import { acr, factors, firstEnrolment, sendAtOnce, stepUp } from './assurance.ts'
import { clients } from './clients.ts'
import { directories } from './directories.ts'
import { locks, notices, sends } from './locks.ts'
import { channels, language, privacyUrl, support, theme, timeZone } from './people.ts'
import { enabled, rules } from './rules.ts'
import { encryption, issuer, listen, logLevel, management, org, retention } from './server.ts'
import { store } from './store.ts'
import { trust } from './trust.ts'

/** Every key there is. The reference, the editor's schema and the report of problems are made from this. */
export const createSchema = (reader: Reader) =>
  z.strictObject({
    issuer,
    listen: listen(reader),
    management,
    store: store(reader),
    encryption: encryption(reader),
    clients: clients(reader),
    directories: directories(reader),
    channels: channels(reader),
    enabled,
    factors,
    rules,
    firstEnrolment,
    sendAtOnce,
    acr,
    stepUp,
    locks,
    sends,
    trust,
    notices,
    org,
    support,
    privacyUrl,
    language,
    timeZone,
    theme: theme(reader),
    retention,
    logLevel,
  })

/** The file as it was written, with defaults filled in and pointers followed. */
export type Written = z.output<ReturnType<typeof createSchema>>
