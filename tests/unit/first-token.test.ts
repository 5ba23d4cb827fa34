import { describe, expect, it } from 'vitest';
import { firstTokenNs } from '../../core/dialects/first-token';
import { AttributeReader } from '../../core/dialects/span-source';

const START = 1_795_900_000_000_000_000n;
const of = (attributes: Record<string, string | number>, durationMs: number, events: [string, number][] = []) =>
  firstTokenNs(
    new AttributeReader(attributes),
    events.map(([name, ms]) => ({ name, timeUnixNano: String(START + BigInt(ms * 1e6)) })),
    { startNs: START, durationNs: durationMs * 1e6 },
  );
const later = (ms: number): string => new Date(Number(START / 1_000_000n) + ms).toISOString();

describe('the time to the first token', () => {
  it.each<[Record<string, string | number>, number]>([
    [{ 'ai.response.msToFirstChunk': 302 }, 302],
    [{ 'gen_ai.response.time_to_first_chunk': 0.302 }, 302],
    [{ 'gen_ai.server.time_to_first_token': 0.302 }, 302],
    // Strands says milliseconds there.
    [{ 'gen_ai.server.time_to_first_token': 302 }, 302],
    [{ 'gen_ai.server.ttft': '0.302' }, 302],
    [{ ttft_ms: 302 }, 302],
    [{ 'langfuse.observation.completion_start_time': JSON.stringify(later(302)) }, 302],
    [{ 'mastra.completion_start_time': later(302) }, 302],
  ])('is read from %j', (attributes, ms) => {
    expect(of(attributes, 1_000)).toBe(ms * 1e6);
  });

  it.each(['First Token Stream Event', 'gen_ai.first_token', 'ai.stream.firstChunk', 'mlflow.chunk.item.0'])(
    'is that of the event %s',
    (name) => {
      expect(
        of({}, 1_000, [
          ['exception', 1],
          [name, 302],
        ]),
      ).toBe(302e6);
    },
  );

  it('is unknown where it lies outside its span', () => {
    expect(of({ 'mastra.completion_start_time': later(-5) }, 1_000)).toBeNull();
    expect(of({ 'ai.response.msToFirstChunk': 5_000 }, 1_000)).toBeNull();
    expect(of({ 'gen_ai.server.time_to_first_token': -1 }, 1_000)).toBeNull();
    expect(of({ 'mastra.completion_start_time': 'soon' }, 1_000)).toBeNull();
    expect(of({}, 1_000)).toBeNull();
  });
});
