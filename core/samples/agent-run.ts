/** An agent that plans, searches, reads pages and asks a database, in OpenTelemetry's GenAI attributes (1.41). */
import type { SampleSpan, SampleValue } from './otlp-builder';
import type { Random } from './random';

const CLIENT = 3;
const MS = 1_000_000n;

interface Step {
  readonly name: string;
  readonly service?: string;
  readonly kind?: number;
  readonly ms: number;
  readonly attributes?: Record<string, SampleValue>;
  readonly error?: string;
  readonly children?: readonly Step[];
}

/** @param fails whether one tool call fails and is tried again, which is what people open the trace for. */
export function agentRun(random: Random, startNs: bigint, agent: string, fails: boolean): SampleSpan[] {
  const traceId = random.hex(16);
  const spans: SampleSpan[] = [];
  const place = (step: Step, parentSpanId: string | null, at: bigint): bigint => {
    const spanId = random.hex(8);
    let end = at + 4n * MS;
    for (const child of step.children ?? []) end = place(child, spanId, end) + 3n * MS;
    const endNs = end > at + BigInt(step.ms) * MS ? end : at + BigInt(step.ms) * MS;
    spans.push({
      traceId,
      spanId,
      ...(parentSpanId === null ? {} : { parentSpanId }),
      service: step.service ?? `${agent}-agent`,
      name: step.name,
      kind: step.kind ?? 1,
      startNs: at,
      endNs,
      attributes: { 'gen_ai.conversation.id': `conv-${agent}-7`, ...step.attributes },
      ...(step.error ? { error: step.error } : {}),
    });
    return endNs;
  };
  place(fails ? research(agent) : triage(agent), null, startNs);
  return spans;
}

function chat(model: string, ms: number, input: number, output: number, said: string): Step {
  return {
    name: `chat ${model}`,
    kind: CLIENT,
    ms,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': model.startsWith('claude') ? 'anthropic' : 'openai',
      'gen_ai.request.model': model,
      'gen_ai.response.model': model,
      'gen_ai.usage.input_tokens': input,
      'gen_ai.usage.output_tokens': output,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.output.messages': JSON.stringify([
        { role: 'assistant', parts: [{ type: 'text', content: said }], finish_reason: 'stop' },
      ]),
    },
  };
}

function tool(name: string, ms: number, args: object, result: string, children: readonly Step[], error?: string): Step {
  return {
    name: `execute_tool ${name}`,
    ms,
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.id': `call_${name}`,
      'gen_ai.tool.call.arguments': JSON.stringify(args, null, 2),
      'gen_ai.tool.call.result': result,
    },
    children,
    ...(error ? { error } : {}),
  };
}

function get(host: string, ms: number): Step {
  return {
    name: `GET ${host}`,
    kind: CLIENT,
    ms,
    attributes: { 'http.request.method': 'GET', 'server.address': host, 'http.response.status_code': 200 },
  };
}

function sql(text: string, ms: number, error?: string): Step {
  return {
    name: 'SELECT analytics.events',
    service: 'analytics-db',
    kind: CLIENT,
    ms,
    attributes: { 'db.system.name': 'postgresql', 'db.query.text': text, ...(error ? { 'error.type': '42P01' } : {}) },
    ...(error ? { error } : {}),
  };
}

function invoke(agent: string, children: readonly Step[]): Step {
  return {
    name: `invoke_agent ${agent}`,
    ms: 0,
    attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': agent },
    children,
  };
}

function research(agent: string): Step {
  const missing = 'relation "analytics.event" does not exist. HINT: perhaps you meant "analytics.events"';
  const wrong = "SELECT day, sum(n) FROM analytics.event WHERE day > now() - interval '30d' GROUP BY 1";
  return invoke(agent, [
    {
      name: 'plan',
      ms: 0,
      children: [chat('claude-sonnet-4.5', 3_300, 2_100, 412, 'I will search first, then check the numbers.')],
    },
    tool('web_search', 2_800, { query: 'trace storage cost' }, '8 results', [get('search.example.com', 2_600)]),
    chat('claude-sonnet-4.5', 4_700, 9_800, 1_020, 'Three pages look useful; I will read them.'),
    tool(
      'fetch_page',
      7_000,
      { urls: ['docs.example.org/a', 'docs.example.org/b', 'docs.example.org/c'] },
      '3 pages, 41 kB',
      [get('docs.example.org', 2_100), get('docs.example.org', 2_300), get('docs.example.org', 2_200)],
    ),
    invoke('summarizer', [
      chat('gpt-5-mini', 4_500, 14_000, 820, 'A summary of the first page.'),
      chat('gpt-5-mini', 6_000, 16_000, 1_100, 'A summary of the other two.'),
    ]),
    tool(
      'sql_query',
      3_000,
      { query: wrong, limit: 500 },
      `ERROR 42P01: ${missing}`,
      [sql(wrong, 2_800, `UndefinedTable: ${missing}`)],
      `UndefinedTable: ${missing}`,
    ),
    tool('sql_query', 2_100, { query: wrong.replace('analytics.event ', 'analytics.events '), limit: 500 }, '30 rows', [
      sql(wrong.replace('analytics.event ', 'analytics.events '), 2_000),
    ]),
    chat('claude-sonnet-4.5', 5_100, 21_000, 1_600, 'The table is named analytics.events. Here is the answer.'),
  ]);
}

function triage(agent: string): Step {
  return invoke(agent, [
    chat('gpt-5-mini', 1_900, 3_200, 240, 'This looks like a billing question.'),
    tool('lookup_customer', 340, { customer: 'customer-17' }, '{"plan":"team"}', [
      sql('select * from customer where id = $1', 210),
    ]),
    chat('gpt-5-mini', 2_600, 4_200, 510, 'The invoice was sent twice; I have drafted an answer.'),
  ]);
}
