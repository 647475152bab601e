/**
 * What Prometheus reads. Counters are derived from committed audit events, times from hooks; both in one place. Labels take
 * their values from closed sets, so that no request can make a series.
 */
export { createMetrics, type Metrics } from './metrics.ts'
export { operationsOf, timedPorts } from './timed.ts'
