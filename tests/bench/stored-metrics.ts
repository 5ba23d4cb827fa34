/** What six instances of a service measured in thirty days: a metric of each kind, of which counters begin anew once a week. */
import { WireWriter } from '../../core/otlp/wire-writer';
import { attribute, mix } from './stored-load';

export const METRIC_DAYS = 30;
const NS_PER_DAY = 86_400_000_000_000n;
const INSTANCES = 6;
const POINTS_PER_REQUEST = 1_000;
const CUMULATIVE = 2;
const DELTA = 1;
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** When it was read, in nanoseconds, and how often before. */
interface Reading {
  readonly timeNs: bigint;
  /** When the counters began. */
  readonly startNs: bigint;
  /** When it was read before. */
  readonly beforeNs: bigint;
  readonly n: number;
  /** The same since the counters began. */
  readonly since: number;
}

interface StoredMetric {
  readonly name: string;
  /** Field of `Metric`, and what stands in it beside the points. */
  readonly field: number;
  readonly temporality: number | null;
  readonly monotonic: boolean;
  readonly write: (point: WireWriter, reading: Reading, instance: number) => void;
}

export const STORED_METRICS: readonly StoredMetric[] = [
  {
    name: 'memory.usage',
    field: 5,
    temporality: null,
    monotonic: false,
    write: (point, reading, instance) => {
      times(point, reading);
      attribute(point, 7, 'instance', `web-${instance}`);
      point.double(4, 1e8 + (mix(reading.n * INSTANCES + instance) % 1e7));
    },
  },
  {
    name: 'requests',
    field: 7,
    temporality: CUMULATIVE,
    monotonic: true,
    write: (point, reading, instance) => {
      times(point, reading);
      attribute(point, 7, 'instance', `web-${instance}`);
      point.fixed64(6, BigInt(reading.since * 40 + (mix(reading.since + instance) % 40)));
    },
  },
  {
    name: 'jobs.done',
    field: 7,
    temporality: DELTA,
    monotonic: true,
    write: (point, reading, instance) => {
      times(point, { ...reading, startNs: reading.beforeNs });
      attribute(point, 7, 'instance', `web-${instance}`);
      point.fixed64(6, BigInt(mix(reading.n + instance) % 20));
    },
  },
  {
    name: 'request.duration',
    field: 9,
    temporality: CUMULATIVE,
    monotonic: false,
    write: (point, reading, instance) => {
      times(point, reading);
      attribute(point, 9, 'instance', `web-${instance}`);
      const counts = Array.from({ length: BOUNDS.length + 1 }, (_, i) =>
        BigInt(reading.since * ((i * 7 + instance) % 5)),
      );
      point.fixed64(
        4,
        counts.reduce((sum, count) => sum + count, 0n),
      );
      point.double(5, reading.since * 1.7);
      point.fixed64s(6, counts);
      point.doubles(7, BOUNDS);
    },
  },
  {
    name: 'payload.size',
    field: 10,
    temporality: DELTA,
    monotonic: false,
    write: (point, reading, instance) => {
      times(point, { ...reading, startNs: reading.beforeNs });
      attribute(point, 1, 'instance', `web-${instance}`);
      const counts = Array.from({ length: 40 }, (_, i) => mix(reading.n * 40 + i) % 9);
      const count = counts.reduce((sum, one) => sum + one, 0);
      point.fixed64(4, BigInt(count));
      point.double(5, count * 900);
      point.varint(6, 6); // scale 3, as a zigzag
      point.message(8, (buckets) => {
        buckets.varint(1, 120);
        buckets.message(2, (packed) => packed.raw(Uint8Array.from(counts)));
      });
    },
  },
];

/** Points spread evenly over the thirty days before `untilNs`, oldest first. */
export function* storedMetrics(points: number, untilNs: bigint): Generator<Uint8Array> {
  const aReading = STORED_METRICS.length * INSTANCES;
  const readings = Math.floor(points / aReading);
  const stepNs = (BigInt(METRIC_DAYS) * NS_PER_DAY) / BigInt(readings);
  const weekly = Math.ceil((readings * 7) / METRIC_DAYS);
  const timeOf = (n: number): bigint => untilNs - BigInt(readings - n) * stepNs;
  const perRequest = Math.ceil(POINTS_PER_REQUEST / aReading);
  for (let first = 0; first < readings; first += perRequest) {
    const some = Array.from({ length: Math.min(perRequest, readings - first) }, (_, i): Reading => {
      const n = first + i;
      const since = n % weekly;
      return { n, timeNs: timeOf(n), startNs: timeOf(n - since) - 1_000_000_000n, beforeNs: timeOf(n - 1), since };
    });
    yield requestOf(some);
  }
}

function requestOf(readings: readonly Reading[]): Uint8Array {
  const writer = new WireWriter(POINTS_PER_REQUEST * 200);
  writer.message(1, (resourceMetrics) => {
    resourceMetrics.message(1, (resource) => attribute(resource, 1, 'service.name', 'web'));
    resourceMetrics.message(2, (scopeMetrics) => {
      for (const { name, field, temporality, monotonic, write } of STORED_METRICS) {
        scopeMetrics.message(2, (metric) => {
          metric.string(1, name);
          metric.message(field, (data) => {
            for (const reading of readings) {
              for (let i = 0; i < INSTANCES; i++) data.message(1, (point) => write(point, reading, i));
            }
            if (temporality !== null) data.varint(2, temporality);
            if (monotonic) data.varint(3, 1);
          });
        });
      }
    });
  });
  return writer.finish();
}

function times(point: WireWriter, { timeNs, startNs }: Reading): void {
  point.fixed64(2, startNs);
  point.fixed64(3, timeNs);
}
