/** The server's own metrics for Prometheus: rate, errors and durations of requests, and what the process uses. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { UnresponsivePart } from '../../core/api/unresponsive-part';

export class ServerMetrics {
  private readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'spoor_http_request_duration_seconds',
    help: 'Requests by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.08, 0.3, 1, 3, 10],
    registers: [this.registry],
  });
  private readonly spans = new Counter({
    name: 'spoor_spans_received_total',
    help: 'Spans that were stored',
    registers: [this.registry],
  });

  /**
   * @param queueDepth export requests received and not answered yet
   * @param unresponsive parts that send no heartbeat
   */
  constructor(queueDepth: () => number, unresponsive: () => readonly UnresponsivePart[]) {
    collectDefaultMetrics({ register: this.registry });
    const gauge: Gauge = new Gauge({
      name: 'spoor_ingest_queue_requests',
      help: 'Export requests received and not answered yet',
      registers: [this.registry],
      collect: () => gauge.set(queueDepth()),
    });
    const unresponsiveSeconds: Gauge = new Gauge({
      name: 'spoor_unresponsive_seconds',
      help: 'Seconds since a part last sent a heartbeat, by unresponsive part',
      labelNames: ['part'],
      registers: [this.registry],
      collect: () => {
        unresponsiveSeconds.reset();
        for (const { part, seconds } of unresponsive()) unresponsiveSeconds.set({ part }, seconds);
      },
    });
  }

  readonly observe = (method: string, route: string, status: number, seconds: number): void => {
    this.requests.observe({ method, route, status }, seconds);
  };

  readonly received = (count: number): void => this.spans.inc(count);

  text(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}
