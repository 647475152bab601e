/** Of an account, each with wrong answers of its own to count: what `locks.cap` may be hangs on it. */
export const KNOWN_BROWSERS_MAX = 5
