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
  return placed(random, startNs, agent, fails ? research(agent) : triage(agent));
}

/** What the customer of the triage asks next: later turns of its session. @param startsNs when each is asked */
export function supportTurns(random: Random, [invoiceNs, thanksNs]: readonly [bigint, bigint]): SampleSpan[] {
  const talk = new Talk('You sort what customers write.', 'Please send me the corrected invoice.');
  const invoice = { id: 'call_2', name: 'send_invoice', arguments: { customer: 'customer-17', month: 'October' } };
  const sent = invoke('triage', [
    talk.chat('gpt-5-mini', 1_600, [4_900, 180], 'I will send the corrected invoice.', [invoice]),
    talk.tool(invoice, 420, '{"sent":true}', [sql('select * from invoice where customer_id = $1', 260)]),
    talk.chat('gpt-5-mini', 1_300, [5_200, 90], 'The corrected invoice for October is on its way to you.'),
  ]);
  talk.ask('Thank you, that is all.');
  const thanked = invoke('triage', [talk.chat('gpt-5-mini', 900, [5_400, 40], 'You are welcome.')]);
  return [...placed(random, invoiceNs, 'triage', sent), ...placed(random, thanksNs, 'triage', thanked)];
}

function placed(random: Random, startNs: bigint, agent: string, root: Step): SampleSpan[] {
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
  place(root, null, startNs);
  return spans;
}

interface Asked {
  readonly id: string;
  readonly name: string;
  readonly arguments: object;
}

/** What is said between a user, a model and its tools: each call of the model is told all of it again. */
class Talk {
  private readonly messages: object[] = [];

  constructor(
    private readonly system: string,
    question: string,
  ) {
    this.ask(question);
  }

  ask(question: string): void {
    this.messages.push({ role: 'user', parts: [{ type: 'text', content: question }] });
  }

  /** @param calls tools that the model asks for */
  chat(
    model: string,
    ms: number,
    tokens: readonly [input: number, output: number],
    said: string,
    calls: readonly Asked[] = [],
  ): Step {
    const finish = calls.length > 0 ? 'tool_call' : 'stop';
    const answer = {
      role: 'assistant',
      parts: [{ type: 'text', content: said }, ...calls.map((call) => ({ type: 'tool_call', ...call }))],
      finish_reason: finish,
    };
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': model.startsWith('claude') ? 'anthropic' : 'openai',
      'gen_ai.request.model': model,
      'gen_ai.response.model': model,
      'gen_ai.usage.input_tokens': tokens[0],
      'gen_ai.usage.output_tokens': tokens[1],
      'gen_ai.response.finish_reasons': [finish],
      'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: this.system }]),
      'gen_ai.input.messages': JSON.stringify(this.messages),
      'gen_ai.output.messages': JSON.stringify([answer]),
    };
    this.messages.push(answer);
    return { name: `chat ${model}`, kind: CLIENT, ms, attributes };
  }

  /** The tool that the model asked for. */
  tool(
    { id, name, arguments: given }: Asked,
    ms: number,
    result: string,
    children: readonly Step[],
    error?: string,
  ): Step {
    this.messages.push({ role: 'tool', parts: [{ type: 'tool_call_response', id, response: result }] });
    return {
      name: `execute_tool ${name}`,
      ms,
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': name,
        'gen_ai.tool.call.id': id,
        'gen_ai.tool.call.arguments': JSON.stringify(given, null, 2),
        'gen_ai.tool.call.result': result,
      },
      children,
      ...(error ? { error } : {}),
    };
  }
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
  const right = wrong.replace('analytics.event ', 'analytics.events ');
  const talk = new Talk(
    'You are a careful research assistant. Search before you answer, name your sources, and check every number against the warehouse.',
    'What did storing our traces cost in the last 30 days, and what do others pay?',
  );
  const pages = ['docs.example.org/a', 'docs.example.org/b', 'docs.example.org/c'];
  const search = { id: 'call_1', name: 'web_search', arguments: { query: 'trace storage cost' } };
  const fetch = { id: 'call_2', name: 'fetch_page', arguments: { urls: pages } };
  const first = { id: 'call_3', name: 'sql_query', arguments: { query: wrong, limit: 500 } };
  const again = { id: 'call_4', name: 'sql_query', arguments: { query: right, limit: 500 } };
  const plan = talk.chat('claude-sonnet-4.5', 3_300, [2_100, 412], 'I will search first, then check the numbers.', [
    search,
  ]);
  const searched = talk.tool(search, 2_800, '8 results', [get('search.example.com', 2_600)]);
  const chosen = talk.chat('claude-sonnet-4.5', 4_700, [9_800, 1_020], 'Three pages look useful; I will read them.', [
    fetch,
    first,
  ]);
  const fetched = talk.tool(fetch, 7_000, '3 pages, 41 kB', [
    get('docs.example.org', 2_100),
    get('docs.example.org', 2_300),
    get('docs.example.org', 2_200),
  ]);
  const summary = new Talk('Summarise a page in three sentences.', 'Page 1: https://docs.example.org/a ...');
  const summaries = [
    summary.chat('gpt-5-mini', 4_500, [14_000, 820], 'A summary of the first page.'),
    summary.chat('gpt-5-mini', 6_000, [16_000, 1_100], 'A summary of the other two.'),
  ];
  const failed = talk.tool(
    first,
    3_000,
    `ERROR 42P01: ${missing}`,
    [sql(wrong, 2_800, `UndefinedTable: ${missing}`)],
    `UndefinedTable: ${missing}`,
  );
  const repeated = talk.tool(again, 2_100, '30 rows', [sql(right, 2_000)]);
  const answer =
    'The table is named `analytics.events`. Here is the answer:\n\n| | cost of 30 days |\n|---|---|\n| our traces | **$412** |\n| others of our size | $380 to $900 |\n\nSources: [a](https://docs.example.org/a), [b](https://docs.example.org/b).';
  return invoke(agent, [
    { name: 'plan', ms: 0, children: [plan] },
    searched,
    chosen,
    fetched,
    invoke('summarizer', summaries),
    failed,
    repeated,
    talk.chat('claude-sonnet-4.5', 5_100, [21_000, 1_600], answer),
  ]);
}

function triage(agent: string): Step {
  const talk = new Talk('You sort what customers write.', 'I was charged twice for October. Can you check?');
  const lookup = { id: 'call_1', name: 'lookup_customer', arguments: { customer: 'customer-17' } };
  return invoke(agent, [
    talk.chat('gpt-5-mini', 1_900, [3_200, 240], 'This looks like a billing question.', [lookup]),
    talk.tool(lookup, 340, '{"plan":"team"}', [sql('select * from customer where id = $1', 210)]),
    talk.chat('gpt-5-mini', 2_600, [4_200, 510], 'The invoice was sent twice; I have drafted an answer.'),
  ]);
}
