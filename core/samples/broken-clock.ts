/** A trace in which the clock of one machine is slow: what it did seems to have begun before it was asked for. */
import type { SampleSpan } from './otlp-builder';
import type { Random } from './random';
import { browseTrace } from './web-shop';

const SLOW_SERVICE = 'inventory';
const SLOW_NS = 1_800_000_000n;

export function brokenClock(random: Random, startNs: bigint): SampleSpan[] {
  return browseTrace(random, startNs).map((span) =>
    span.service === SLOW_SERVICE
      ? {
          ...span,
          startNs: span.startNs - SLOW_NS,
          endNs: span.endNs - SLOW_NS,
          resource: { ...span.resource, 'host.name': 'inventory-2' },
        }
      : span,
  );
}
