/**
 * The pages that a person sees: choose, challenge, enrol, blocked and the ends, in their language, with the operator's
 * theme. It parses forms and shows what the step-up says. It decides nothing, sends nothing, and knows no client.
 */
export { type Asset, type Assets, openAssets, TEMPLATES } from './assets.ts'
export { createPortal, type Portal, type PortalDeps, type Present } from './door.ts'
export { maskEmail, maskPhone } from './mask.ts'
export { createPages, type Pages, type PagesSetting } from './pages.ts'
export { createPagesForDoors } from './pages-for-doors.ts'
export { createPresent } from './present.ts'
export { checkTheme } from './theme.ts'
