/** When the first token of an answer came, in all the ways in which that is told: as a time after the start, in seconds or milliseconds, as a time of day, as an event. */
import type { AttributeReader } from './span-source';

/** When a span ran. */
export interface SpanTiming {
  /** Epoch nanoseconds. */
  readonly startNs: bigint;
  /** Null: unknown. */
  readonly durationNs: number | null;
}

interface TimedEvent {
  readonly name: string;
  readonly timeUnixNano: string;
}

const MS_KEYS = [
  'ai.response.msToFirstChunk',
  'copilot_chat.time_to_first_token',
  'ttft_ms',
  'time_to_first_token_ms',
  'gen_ai.server.time_to_first_token_ms',
  'gen_ai.response.time_to_first_token_ms',
  'gen_ai.time_to_first_token_ms',
] as const;
/** By the conventions seconds; some write milliseconds under the same names. */
const SECOND_KEYS = [
  'gen_ai.response.time_to_first_chunk',
  'gen_ai.client.operation.time_to_first_chunk',
  'gen_ai.server.time_to_first_token',
  'gen_ai.response.time_to_first_token',
  'gen_ai.client.time_to_first_token',
  'gen_ai.time_to_first_token',
  'gen_ai.server.ttft',
  'llm.time_to_first_token',
] as const;
const TIME_KEYS = [
  'langfuse.observation.completion_start_time',
  'mastra.completion_start_time',
  'gen_ai.completion_start_time',
  'completion_start_time',
] as const;
/** OpenLLMetry and MLflow have an event for each piece of an answer, of which the first that is found is the first. */
const FIRST = /first[\s_.-]*(?:token|chunk)|\.content\.completion\.chunk$|^mlflow\.chunk\.item\.0$/i;
/** Clocks of one machine differ by less, and spans end when their answer has come. */
const SLACK = 1.05;

/** Nanoseconds after the start; null: not said, or not within the span. */
export function firstTokenNs(
  a: AttributeReader,
  events: readonly TimedEvent[],
  timing: SpanTiming | null,
): number | null {
  const ms = a.number(...MS_KEYS);
  if (ms !== undefined) return within(ms * 1e6, timing);
  const seconds = a.number(...SECOND_KEYS);
  if (seconds !== undefined) return within(seconds * 1e9, timing) ?? within(seconds * 1e6, timing);
  if (timing === null) return null;
  const day = a.json(...TIME_KEYS);
  const at = typeof day === 'string' ? nsOfDay(day) : null;
  const event = events.find(({ name }) => FIRST.test(name));
  const told = at ?? (event ? BigInt(event.timeUnixNano) : null);
  return told === null ? null : within(Number(told - timing.startNs), timing);
}

function within(ns: number, timing: SpanTiming | null): number | null {
  if (!(ns >= 0)) return null;
  const isLater = timing?.durationNs && ns > timing.durationNs * SLACK;
  return isLater ? null : Math.round(ns);
}

/** Of RFC 3339, with as many digits of a second as it has. */
function nsOfDay(text: string): bigint | null {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  const digits = /[T\s]\d\d:\d\d:\d\d\.(\d{1,9})/.exec(text)?.[1] ?? '';
  return BigInt(Math.floor(ms / 1_000)) * 1_000_000_000n + BigInt(digits.padEnd(9, '0'));
}
