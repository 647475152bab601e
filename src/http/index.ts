/**
 * What every door needs: the browser's cookie, anti-forgery, security headers, request ids, client addresses, templates,
 * and the one table that gives failure its face. It knows no step-up beyond its id, and no protocol.
 */
export { seeOther, sendHtml, sendText } from './answers.ts'
export { refuseLarger } from './body-limit.ts'
export { type Browsers, createBrowsers } from './browser.ts'
export { createCertain, createCertainIpOf, createIpOf, parseIp } from './client-ip.ts'
export { createDevices, type Devices } from './devices.ts'
export { createFaults, type Face, RETRY_AFTER_SECONDS, type Says } from './faults.ts'
export { Html, html } from './html.ts'
export { type Listening, listen } from './listen.ts'
export { createHttpTiming, createMainApp, ROUTES } from './main-app.ts'
export { onEveryRequest } from './on-request.ts'
export { createPageLog } from './page-log.ts'
export { createProofs, type Hop, type Proofs } from './proofs.ts'
export { createRequestIds, requestIdOf } from './request-id.ts'
export { createSecurityHeaders } from './security-headers.ts'
export { createTemplates, type Templates } from './templates.ts'
