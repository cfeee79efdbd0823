/** What `/metrics` tells Prometheus. One registry for each app, so that two apps in a process do not mix. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** How often it is looked whether the event loop is late, ms: it wakes a node that has nothing to do, more often than all else. */
const LAG_PRECISION = 50;

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_PRECISION });
  return {
    registry,
    requests: new Histogram({
      name: 'roundtable_http_request_duration_seconds',
      help: 'How long requests took, by status and operation: none is a file, or an address without a route',
      labelNames: ['operation', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    memberships: new Counter({
      name: 'roundtable_membership_operations_total',
      help: 'Attempts to change or read a roster, by kind, operation and outcome',
      labelNames: ['kind', 'operation', 'outcome'],
      registers,
    }),
    membershipDuration: new Histogram({
      name: 'roundtable_membership_operation_duration_seconds',
      help: 'How long roster operations took, by kind and operation',
      labelNames: ['kind', 'operation'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
      registers,
    }),
    dropped: new Counter({
      name: 'roundtable_bus_messages_dropped_total',
      help: 'Messages that could not be sent to other nodes',
      registers,
    }),
    malformed: new Counter({
      name: 'roundtable_bus_messages_malformed_total',
      help: 'Messages on our channels that none of our nodes wrote',
      registers,
    }),
    /** Tells whether the bus does well, whenever it is asked. */
    observeBus: (bus: { readonly healthy: boolean }) =>
      void new Gauge({
        name: 'roundtable_bus_up',
        help: 'Whether Redis is there, in time, takes and keeps what is written, and carries only ours; without it changes are found by the poll',
        registers,
        collect() {
          this.set(bus.healthy ? 1 : 0);
        },
      }),
    unwritten: new Counter({
      name: 'roundtable_edit_write_failures_total',
      help: 'Attempts to store what waits for a diagram that failed, unless only its lock was not had in time',
      registers,
    }),
    sockets: new Gauge({ name: 'roundtable_sockets', help: 'Open WebSockets of this node', registers }),
    documents: new Gauge({ name: 'roundtable_documents', help: 'Documents open on this node', registers }),
    closes: new Counter({
      name: 'roundtable_socket_closes_total',
      help: 'Closed WebSockets, by the code with which the node closed them; 1006: the connection broke; client: by the client',
      labelNames: ['code'],
      registers,
    }),
  };
}
