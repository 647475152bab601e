/**
 * What takes longest of a start: loading SQLite's writer in its own thread. A door of its own, so that it begins before
 * the store itself is loaded, which takes as long again; so nothing else of the store is imported here.
 */
export { loadWriter } from './load-writer.ts'
