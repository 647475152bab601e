/**
 * SQLite's writer, begun in its own thread before the store is loaded: each takes some half a second alone, so they overlap.
 * A door of its own: it imports nothing else of the store, and knows no file yet.
 */
export { type LoadedWriter, loadWriter } from './load-writer.ts'
