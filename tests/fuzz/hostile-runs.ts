/** What agents tell, in hostile shapes: messages of spans and of log records, times, and what people type to find them. */
import { agentGraphOf } from '../../core/agent-run/agent-graph';
import { conversationOf } from '../../core/agent-run/conversation';
import { insightsOf } from '../../core/agent-run/insights';
import { readAgentSpan } from '../../core/dialects/read-otlp-span';
import type { AnyValue, KeyValue } from '../../core/model/json-types';
import { hasFacet, readableTraceql, withCondition, withDuration, withFacet } from '../../core/query/facets';
import { traceqlOf } from '../../core/query/plain-search';
import { parseSimpleSearch } from '../../core/query/simple-search';
import { parseSpanSearch } from '../../core/query/span-search';
import { parseTraceql } from '../../core/query/traceql/parse';
import { decodeCursor, LOG_CURSOR, POINT_CURSOR, SEARCH_CURSOR, SESSION_CURSOR } from '../../core/store/sql/cursor';
import { LogRuns } from '../../services/ingest/log-runs';
import { SIGNALS } from '../../services/ingest/signals';
import { screenAddress } from '../../services/net/screen-address';
import { damage } from './damage';
import type { HostileKind } from './kind';
import { type Random, repeats } from './random';

const [TRACES, LOGS] = ['traces', 'logs'].map((name) => SIGNALS.find((signal) => signal.name === name));

// --- messages -----------------------------------------------------------------------------------------------------

const KEYS = [
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.tool.definitions',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.prompt',
  'gen_ai.completion',
  'gen_ai.prompt.0.content',
  'gen_ai.usage.input_tokens',
  'llm.input_messages.0.message.content',
  'llm.input_messages.999999999.message.role',
  'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments',
  'input.value',
  'output.value',
  'ai.prompt.messages',
  'ai.response.toolCalls',
  'traceloop.entity.input',
  'lk.chat_ctx',
  'pydantic_ai.all_messages',
  'event.name',
  'session.id',
  'conversation.id',
  'prompt',
  'call_id',
  '__proto__',
];
const MEMBERS = [
  'role',
  'content',
  'parts',
  'type',
  'text',
  'tool_calls',
  'function',
  'arguments',
  'name',
  'id',
  'tool_call_id',
  'image_url',
  'source',
  'data',
  'input',
  'output',
  'result',
  'messages',
  'choices',
  'message',
  'kwargs',
  '__proto__',
  'constructor',
  'toString',
];
const WORDS = [
  'user',
  'assistant',
  'tool',
  'system',
  'text',
  'tool_use',
  'tool_result',
  'image',
  'image_url',
  'thinking',
];
const SCALARS = [
  ...WORDS,
  '',
  '0',
  '\u0000',
  '\ud800',
  '{"a":',
  '[[',
  "{'a': None}",
  'data:image/png;base64,A',
  null,
  0,
  -1,
  1e308,
  true,
];

function message(random: Random, depth: number): unknown {
  if (depth === 0 || random.below(4) === 0) {
    const scalar = random.pick(SCALARS);
    return typeof scalar === 'string' && random.below(30) === 0 ? scalar.repeat(repeats(random)) : scalar;
  }
  const width = random.below(40) === 0 ? Math.min(500, repeats(random)) : random.below(4);
  const items = Array.from({ length: width }, () => message(random, width > 4 ? 0 : depth - 1));
  if (random.below(3) === 0) return items;
  // Text that holds JSON, as most senders write it.
  if (random.below(6) === 0) return JSON.stringify(items);
  return Object.fromEntries(items.map((item) => [random.pick(MEMBERS), item]));
}

function anyValue(random: Random): AnyValue {
  const drawn = message(random, random.below(7));
  switch (random.below(6)) {
    case 0:
      return { arrayValue: { values: [{ stringValue: JSON.stringify(drawn) }, { kvlistValue: { values: [] } }, {}] } };
    case 1:
      return {
        kvlistValue: { values: [{ key: random.pick(MEMBERS), value: { stringValue: JSON.stringify(drawn) } }] },
      };
    case 2:
      return random.pick([{}, { intValue: '-9' }, { doubleValue: 1e308 }, { boolValue: true }, { bytesValue: 'AAAA' }]);
    case 3: {
      const deep = random.below(40) === 0 ? repeats(random) * 20 : 2;
      return { stringValue: `${'['.repeat(deep)}${']'.repeat(deep)}` };
    }
    default:
      return { stringValue: typeof drawn === 'string' ? drawn : JSON.stringify(drawn) };
  }
}

function attributes(random: Random): KeyValue[] {
  const some = Array.from({ length: 1 + random.below(5) }, () => ({ key: random.pick(KEYS), value: anyValue(random) }));
  return [
    { key: 'gen_ai.operation.name', value: { stringValue: random.pick(['chat', 'execute_tool', 'x']) } },
    ...some,
  ];
}

function drawRun(random: Random): Uint8Array {
  const spans = Array.from({ length: 1 + random.below(4) }, () => ({
    name: random.pick(['chat m', 'execute_tool t', 'agent', '']),
    scope: random.pick(['', 'langchain', 'openinference.instrumentation.openai', 'ai']),
    attributes: attributes(random),
    events:
      random.below(3) > 0
        ? []
        : [{ name: random.pick(EVENT_NAMES), timeUnixNano: random.pick(TIMES), attributes: attributes(random) }],
  }));
  return Buffer.from(JSON.stringify(spans));
}

const EVENT_NAMES = [
  'gen_ai.user.message',
  'gen_ai.choice',
  'gen_ai.content.prompt',
  'gen_ai.client.inference.operation.details',
  'gen_ai.evaluation.result',
  'exception',
  'gen_ai.tool.message',
];

function readsRun(bytes: Uint8Array): string | null {
  const given = JSON.parse(Buffer.from(bytes).toString()) as Parameters<typeof readAgentSpan>[0][];
  const spans = given.flatMap((span, i) => {
    const agent = readAgentSpan(span);
    const spanId = (i + 1).toString(16).padStart(16, '0');
    const common = {
      spanId,
      parentSpanId: i === 0 ? null : '0000000000000001',
      name: span.name,
      startNs: i,
      durationNs: 5,
    };
    return agent ? [{ ...common, failed: false, costUsd: null, agent }] : [];
  });
  const { turns } = conversationOf(spans, true);
  insightsOf(spans);
  agentGraphOf(spans);
  // What a page gets.
  JSON.stringify(turns);
  return 'polluted' in {} ? 'the prototype of all objects was changed' : null;
}

// --- logs ---------------------------------------------------------------------------------------------------------

const SCOPES = ['com.anthropic.claude_code.events', 'codex_otel', 'codex', 'other'];
const NAMES = [
  ...EVENT_NAMES,
  'user_prompt',
  'api_request',
  'tool_result',
  'tool_decision',
  'codex.user_prompt',
  'codex.sse_event',
  'codex.tool_result',
  'codex.conversation_starts',
];

function drawLogs(random: Random): Uint8Array {
  const records = Array.from({ length: 1 + random.below(6) }, () => ({
    timeUnixNano: random.pick(TIMES),
    observedTimeUnixNano: random.pick(TIMES),
    eventName: random.pick(NAMES),
    severityNumber: random.pick([0, 9, 24, 25, -1]),
    body: random.below(3) === 0 ? undefined : anyValue(random),
    attributes: [
      ...attributes(random),
      { key: 'event.name', value: { stringValue: random.pick(NAMES) } },
      {
        key: 'duration_ms',
        value: random.pick([
          { stringValue: '1e400' },
          { intValue: '-1' },
          { doubleValue: 1e308 },
          { stringValue: 'x' },
        ]),
      },
      {
        key: 'event.timestamp',
        value: { stringValue: random.pick(['2026-01-01T00:00:00Z', '+275760-09-13T00:00:00.001Z', 'x', '']) },
      },
    ],
    traceId: random.pick(['', 'ab'.repeat(16)]),
    spanId: random.pick(['', 'cd'.repeat(8)]),
  }));
  const request = { resourceLogs: [{ scopeLogs: [{ scope: { name: random.pick(SCOPES) }, logRecords: records }] }] };
  return Buffer.from(JSON.stringify(request));
}

function readsLogs(bytes: Uint8Array): string | null {
  const request = LOGS?.fromJson(JSON.parse(Buffer.from(bytes).toString()) as object);
  const batch = request && LOGS?.decode(request).batch;
  if (batch?.signal !== 'logs') return 'not read as logs';
  try {
    const spans = new LogRuns().spansOf(batch, request as Uint8Array);
    return spans === null ? null : timesOf(spans);
  } catch (error) {
    // Of records that were taken, nothing that is made of them may be refused.
    return `threw ${String(error)}`;
  }
}

// --- times --------------------------------------------------------------------------------------------------------

const TIMES = [
  '0',
  '1',
  '1764460800',
  '1764460800000',
  '1764460800000000',
  '1764460800000000000',
  '4102444800000000000',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551615',
];

function drawTimes(random: Random): Uint8Array {
  const id = () => random.pick(['0000000000000001', '0000000000000002', '00000000000000ff']);
  const spans = Array.from({ length: 1 + random.below(6) }, () => ({
    traceId: random.pick(['00000000000000000000000000000001', '00000000000000000000000000000002']),
    spanId: id(),
    parentSpanId: random.below(2) === 0 ? '' : id(),
    name: 'x',
    startTimeUnixNano: random.pick(TIMES),
    endTimeUnixNano: random.pick(TIMES),
    events: [{ name: 'e', timeUnixNano: random.pick(TIMES) }],
  }));
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
}

const EARLIEST_NS = 946_684_800_000_000_000n;

function timesOf(batch: {
  length: number;
  startNs: BigInt64Array | BigUint64Array | readonly bigint[];
  endNs: BigInt64Array | BigUint64Array | readonly bigint[];
}): string | null {
  const latest = BigInt(Date.now() + 31 * 86_400_000) * 1_000_000n;
  for (let row = 0; row < batch.length; row++) {
    const [start = 0n, end = 0n] = [batch.startNs[row], batch.endNs[row]];
    if (start < EARLIEST_NS || start > latest) return `starts at ${start}`;
    if (end !== 0n && (end < EARLIEST_NS || end > latest)) return `ends at ${end}`;
  }
  return null;
}

function readsTimes(bytes: Uint8Array): string | null {
  const request = TRACES?.fromJson(JSON.parse(Buffer.from(bytes).toString()) as object);
  const batch = request && TRACES?.decode(request).batch;
  return batch?.signal === 'traces' ? timesOf(batch) : 'not read as traces';
}

// --- what people type, and addresses ------------------------------------------------------------------------------

const SEARCHES = [
  'service:web',
  'name:"a b"',
  'error',
  '-x',
  '"a phrase',
  'duration>5ms',
  'duration:>1h',
  'a:b:c',
  'x=1',
];
const BITS = [
  '"',
  '\\',
  '(',
  ')',
  '{',
  '}',
  '&&',
  '||',
  'OR',
  ' ',
  ':',
  '>',
  '-',
  '*',
  '\u0000',
  '\ud800',
  "'",
  '`',
  '9'.repeat(400),
  '__proto__:x',
  'constructor',
];

function drawSearch(random: Random): Uint8Array {
  if (random.below(4) === 0) return damage(Buffer.from(random.pick(SEARCHES)), random);
  const text = Array.from({ length: 1 + random.below(6) }, () => {
    const piece = random.pick(random.below(2) === 0 ? SEARCHES : BITS);
    return random.below(40) === 0 ? piece.repeat(Math.min(300, repeats(random))) : piece;
  }).join(random.pick(['', ' ']));
  return Buffer.from(text);
}

function readsSearch(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString();
  for (const cursor of [LOG_CURSOR, POINT_CURSOR, SEARCH_CURSOR, SESSION_CURSOR]) {
    refused(() => decodeCursor(cursor, text));
    refused(() => decodeCursor(cursor, Buffer.from(`${cursor.mark}:${text}`).toString('base64url')));
  }
  screenAddress(`http://x/${encodeURIComponent(text)}?a=${encodeURIComponent(text)}`);
  refused(() => parseSimpleSearch(text));
  refused(() => parseSpanSearch(text));
  const facet = { field: 'resource.service.name', word: 'service' };
  if (readableTraceql(text) !== null) {
    for (const narrowed of [withCondition(text, 'span.x', text), withDuration(text, 'traces', 1, 2)])
      readableTraceql(narrowed);
  }
  refused(() => hasFacet(withFacet(text, facet, text), facet, text));
  // What words become is a query, or they are refused.
  parseTraceql(traceqlOf(text));
  return null;
}

function refused(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    const isKnown = error instanceof SyntaxError || (error as { code?: unknown }).code === 'VALIDATION_ERROR';
    if (!isKnown) throw error;
  }
}

export const RUN_KINDS: readonly HostileKind[] = [
  { name: 'agent runs', draw: drawRun, run: readsRun },
  { name: 'agent logs', draw: drawLogs, run: readsLogs },
  { name: 'times', draw: drawTimes, run: readsTimes },
  { name: 'searches', draw: drawSearch, run: readsSearch },
];
