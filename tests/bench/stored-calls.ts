/** What agents have asked of models in thirty days: traces of a run with seven calls. */
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { type SampleSpan, traceRequest } from '../../core/samples/otlp-builder';
import { mix } from './stored-load';

export const RUN_SPANS = 8;
const DAYS = 30;
const NS_PER_DAY = 86_400_000_000_000n;
const SECOND = 1_000_000_000n;
const RUNS_PER_REQUEST = 60;
const MODELS = [
  ['openai', 'gpt-5'],
  ['openai', 'gpt-5-mini'],
  ['anthropic', 'claude-sonnet-4-5'],
  ['anthropic', 'claude-haiku-4-5'],
  ['gcp.gemini', 'gemini-2.5-pro'],
  ['gcp.gemini', 'gemini-2.5-flash'],
] as const;
const AGENTS = ['planner', 'researcher', 'coder', 'reviewer', 'support'];

/** Runs spread evenly over the thirty days before `untilNs`, oldest first. */
export function* storedCalls(runs: number, untilNs: bigint): Generator<Uint8Array> {
  const stepNs = (BigInt(DAYS) * NS_PER_DAY) / BigInt(runs);
  for (let first = 0; first < runs; first += RUNS_PER_REQUEST) {
    const some = Array.from({ length: Math.min(RUNS_PER_REQUEST, runs - first) }, (_, i) => first + i);
    const spans = some.flatMap((run) => spansOf(run, untilNs - BigInt(runs - run) * stepNs - 60n * SECOND));
    yield protobufFromTraceJson(traceRequest(spans));
  }
}

function spansOf(run: number, startNs: bigint): SampleSpan[] {
  const agent = AGENTS[run % AGENTS.length] as string;
  const traceId = (BigInt(run) + (1n << 100n)).toString(16).padStart(32, '0');
  const spanId = (i: number): string => (BigInt(run * RUN_SPANS + i) + (1n << 60n)).toString(16).padStart(16, '0');
  const own = { traceId, service: `${agent}-service` };
  const root: SampleSpan = {
    ...own,
    spanId: spanId(0),
    name: `invoke_agent ${agent}`,
    startNs,
    endNs: startNs + 30n * SECOND,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': agent,
      'gen_ai.conversation.id': `session-${run >> 2}`,
    },
  };
  const calls = Array.from({ length: RUN_SPANS - 1 }, (_, i): SampleSpan => {
    const random = mix(run * RUN_SPANS + i);
    const [provider, model] = MODELS[random % MODELS.length] as (typeof MODELS)[number];
    const at = startNs + BigInt(i * 4) * SECOND;
    return {
      ...own,
      spanId: spanId(i + 1),
      parentSpanId: spanId(0),
      name: `chat ${model}`,
      kind: 3,
      startNs: at,
      endNs: at + BigInt(1 + (random % 3)) * SECOND,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': provider,
        'gen_ai.request.model': model,
        'gen_ai.usage.input_tokens': 1_000 + (random % 9_000),
        'gen_ai.usage.output_tokens': 50 + (random % 800),
        'gen_ai.usage.cache_read.input_tokens': random % 900,
      },
      ...(random % 83 === 0 && { error: 'RateLimitError: too many requests' }),
    };
  });
  return [root, ...calls];
}
