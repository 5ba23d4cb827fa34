/**
 * Metrics of the sample workspace, read every 15 seconds: the memory of two instances, a counter of requests that restarted once, and how
 * long requests took, in an explicit and in an exponential histogram. Seeded like the rest.
 */
import { keyValues } from './otlp-builder';
import { Random } from './random';
import { SAMPLE_RESOURCE } from './sample-mark';

const SEED = 20_261_130;
const NS_PER_S = 1_000_000_000n;
const INTERVAL_S = 15;
const READINGS = 100;
const RESTART_AT = 60;
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** Of the exponential histogram: buckets grow by 9 %. */
const SCALE = 3;

interface Reading {
  readonly at: bigint;
  readonly startedAt: bigint;
}

/** One OTLP/JSON request. Times end at `nowNs`. */
export function sampleMetrics(nowNs: bigint): object {
  const random = new Random(SEED);
  const readings = Array.from({ length: READINGS }, (_, i): Reading => {
    const at = nowNs - BigInt((READINGS - i) * INTERVAL_S) * NS_PER_S;
    const start = i < RESTART_AT ? 0 : RESTART_AT;
    return { at, startedAt: nowNs - BigInt((READINGS - start + 1) * INTERVAL_S) * NS_PER_S };
  });
  const resource = {
    attributes: keyValues({
      'service.name': 'checkout',
      'service.version': '1.4.0',
      'deployment.environment.name': 'production',
      ...SAMPLE_RESOURCE,
    }),
  };
  const metrics = [
    memory(random, readings),
    requests(random, readings),
    durations(random, readings),
    sizes(random, readings),
  ];
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: 'checkout-instrumentation' }, metrics }] }] };
}

function memory(random: Random, readings: readonly Reading[]): object {
  const dataPoints = ['checkout-1', 'checkout-2'].flatMap((instance, n) =>
    readings.map(({ at }, i) => ({
      timeUnixNano: String(at),
      // One grows until the restart.
      asInt: String(
        180_000_000 + 40_000_000 * n + (n === 0 ? (i % RESTART_AT) * 2_600_000 : 0) + random.int(0, 9_000_000),
      ),
      attributes: keyValues({ 'service.instance.id': instance }),
    })),
  );
  return { name: 'process.memory.usage', description: 'Memory in use', unit: 'By', gauge: { dataPoints } };
}

function requests(random: Random, readings: readonly Reading[]): object {
  const dataPoints = [
    ['GET', 200, 30],
    ['POST', 200, 12],
    ['POST', 500, 1],
  ].flatMap(([method = '', status = 0, most]) => {
    let total = 0;
    return readings.map((reading, i) => {
      if (i === RESTART_AT) total = 0;
      total += random.int(0, Number(most));
      return {
        ...timesOf(reading),
        asInt: String(total),
        attributes: keyValues({ 'http.request.method': method, 'http.response.status_code': status }),
      };
    });
  });
  const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints };
  return { name: 'http.server.requests', description: 'Requests served', unit: '{request}', sum };
}

function durations(random: Random, readings: readonly Reading[]): object {
  let counts = new Array<number>(BOUNDS.length + 1).fill(0);
  let total = 0;
  const dataPoints = readings.map((reading, i) => {
    if (i === RESTART_AT) [counts, total] = [counts.map(() => 0), 0];
    for (let n = random.int(8, 30); n > 0; n--) {
      // A slow quarter of an hour before the restart.
      const seconds =
        (random.int(2, 60) / 1_000) * (i > 40 && i < RESTART_AT ? 6 : 1) * (random.int(0, 20) === 0 ? 9 : 1);
      const at = BOUNDS.findIndex((bound) => seconds <= bound);
      const bucket = at < 0 ? BOUNDS.length : at;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      total += seconds;
    }
    const count = counts.reduce((sum, one) => sum + one, 0);
    return {
      ...timesOf(reading),
      count: String(count),
      sum: total,
      bucketCounts: counts.map(String),
      explicitBounds: BOUNDS,
    };
  });
  const histogram = { aggregationTemporality: 2, dataPoints };
  return { name: 'http.server.request.duration', description: 'How long requests took', unit: 's', histogram };
}

function sizes(random: Random, readings: readonly Reading[]): object {
  const dataPoints = readings.map((reading) => {
    const counts = new Map<number, number>();
    let total = 0;
    const count = random.int(8, 30);
    for (let n = count; n > 0; n--) {
      const bytes = random.int(200, 4_000) * (random.int(0, 12) === 0 ? 20 : 1);
      const index = Math.ceil(Math.log2(bytes) * 2 ** SCALE) - 1;
      counts.set(index, (counts.get(index) ?? 0) + 1);
      total += bytes;
    }
    const offset = Math.min(...counts.keys());
    const bucketCounts = Array.from({ length: Math.max(...counts.keys()) - offset + 1 }, (_, i) =>
      String(counts.get(offset + i) ?? 0),
    );
    const startTimeUnixNano = String(reading.at - BigInt(INTERVAL_S) * NS_PER_S);
    return {
      ...timesOf(reading),
      startTimeUnixNano,
      count: String(count),
      sum: total,
      scale: SCALE,
      positive: { offset, bucketCounts },
    };
  });
  const exponentialHistogram = { aggregationTemporality: 1, dataPoints };
  return { name: 'http.server.response.body.size', description: 'Size of responses', unit: 'By', exponentialHistogram };
}

function timesOf({ at, startedAt }: Reading): object {
  return { timeUnixNano: String(at), startTimeUnixNano: String(startedAt) };
}
