import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACT_KEYS } from '../../core/dialects/fact-keys';
import { readSource } from '../../core/dialects/read-agent-span';
import { agentAttribute, isAgentKey, readSpanFacts as readFacts, type SpanFacts } from '../../core/dialects/span-facts';
import { AttributeReader } from '../../core/dialects/span-source';
import { type KeyValue, plainAttributes } from '../../core/model/json-types';

const VALUES = [
  'chat',
  'LLM',
  'AGENT',
  'llm',
  'tool',
  'generation',
  'ai.generateText',
  'ai.generateText.doGenerate',
  'ai.toolCall',
  'embeddings',
  'execute_tool',
  'tools/call',
  'workflow',
  'openai',
  'gpt-5',
  'google',
  '',
  '12',
  'llm_call',
  'tool_call',
  'mastra',
  '{"prompt_tokens":9,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}',
  '{"input":3}',
  '{"model":"gpt-5-2025-08-07","choices":[]}',
  '{"model":"Corolla"}',
  '{"id":"msg_1","usage":{"input_tokens":5,"output_tokens":2,"cache_read_input_tokens":7}}',
  '{"generations":[[{"message":{"response_metadata":{"model_name":"gpt-5.1"}}}]]}',
].map((stringValue) => ({ stringValue }));
const anyValue = fc.oneof(
  fc.constantFrom(...VALUES),
  fc.nat(9_999).map((n) => ({ intValue: String(n) })),
  fc.constantFrom({ doubleValue: 0.5 }, { intValue: '-4' }, { boolValue: true }),
  fc.constantFrom(
    { arrayValue: { values: [{ stringValue: 'LLM' }] } },
    { arrayValue: { values: [] } },
    { kvlistValue: { values: [] } },
  ),
);
const readSpanFacts = (name: string, scope: string, attributes: readonly KeyValue[]): SpanFacts | null =>
  readFacts(name, scope, attributes.map(agentAttribute));

const attribute = fc.record({ key: fc.constantFrom(...FACT_KEYS), value: anyValue });
const name = fc.constantFrom(
  'chat gpt-5',
  'claude_code.llm_request',
  'claude_code.interaction',
  'ai.embed',
  'handle_responses',
  'llm_node',
  'x',
);
const scope = fc.constantFrom('', 'pydantic-ai', 'ai');

/** What is stored of a span is what is read of it. */
function expectWhole(name: string, scope: string, attributes: readonly KeyValue[]): void {
  const source = { name, scope, attributes: new AttributeReader(plainAttributes(attributes)), events: [] };
  const span = readSource(source);
  const facts = readSpanFacts(name, scope, attributes);
  const isCall = span?.kind === 'model' || span?.kind === 'embedding';
  // An agent may count the tokens of its calls.
  const isCounting = span?.kind === 'agent' && (span.usage.input !== null || span.usage.output !== null);
  const wanted = (isCall || isCounting) && {
    provider: span.provider,
    model: span.responseModel ?? span.requestModel,
    input: span.usage.input,
    output: span.usage.output,
    cacheRead: span.usage.cacheRead,
    cacheWrite: span.usage.cacheWrite,
    reasoning: span.usage.reasoning,
    inputAudio: span.usage.inputAudio,
    outputAudio: span.usage.outputAudio,
    cacheWriteHour: span.usage.cacheWriteHour,
    serviceTier: span.serviceTier,
    reportedCost: span.reportedCost,
  };
  expect({ call: facts?.call ?? false, agent: facts?.agentName ?? null }).toEqual({
    call: wanted || false,
    agent: span?.agentName ?? null,
  });
  // A session is told of any span.
  if (span) expect(facts?.sessionId ?? null).toBe(span.sessionId);
}

describe('facts of a span', () => {
  it('are what the whole span says', () => {
    fc.assert(
      fc.property(
        name,
        scope,
        fc.uniqueArray(attribute, { selector: ({ key }) => key, maxLength: 9 }),
        (called, within, all) => {
          expectWhole(called, within, all as KeyValue[]);
        },
      ),
      { numRuns: 4_000, seed: 23 },
    );
  });

  // Which keys meet which values above follows from how many keys there are.
  it('are what the whole span says, by each key with each text', () => {
    for (const key of FACT_KEYS) for (const value of VALUES) expectWhole('chat gpt-5', '', [{ key, value }]);
  });

  it('do not depend on which span was read before', () => {
    const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });
    const agent = text('langsmith.metadata.lc_agent_name', 'researcher');
    for (const said of ['', 'agent', '']) {
      const more = text('langfuse.observation.type', said);
      for (const attributes of [[agent], [agent, more], [agent]]) {
        const plain = new AttributeReader(plainAttributes(attributes));
        const whole = readSource({ name: 'ai.step', scope: '', attributes: plain, events: [] });
        const facts = readSpanFacts('ai.step', '', attributes);
        expect(facts?.agentName ?? null).toBe(whole?.agentName ?? null);
      }
    }
    // What one value ends with, the next does not begin with.
    const kinds = (type: string, kind: string): KeyValue[] => [
      text('langfuse.observation.type', type),
      text('openinference.span.kind', kind),
    ];
    for (const attributes of [kinds('x LLM', ''), kinds('x', 'LLM'), kinds('x LLM', '')]) {
      const plain = new AttributeReader(plainAttributes(attributes));
      const whole = readSource({ name: 'ai.step', scope: '', attributes: plain, events: [] });
      expect(readSpanFacts('ai.step', '', attributes)?.call ? 'model' : 'none').toBe(
        whole?.kind === 'model' ? 'model' : 'none',
      );
    }
  });

  it('of a span that is of no agent are its session alone', () => {
    const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });
    const session = text('session.id', 's');
    for (const more of [[], [text('agent.name', 'nodejs')], [text('model', 'T')], [text('model_name', 'x')]]) {
      const facts = readSpanFacts(`GET /${more.length}`, '', [session, ...more]);
      expect([facts?.call, facts?.sessionId]).toEqual([null, 's']);
    }
    expect(readSpanFacts('GET /', '', [text('agent.name', 'nodejs')])).toBeNull();
    // Agents of Java put it on every span.
    expect(readSpanFacts('GET /', '', [{ key: 'thread.id', value: { intValue: '42' } }])).toBeNull();
  });

  it('come from the keys that are picked while a request is decoded', () => {
    const bytesOf = (key: string): Uint8Array => new TextEncoder().encode(`..${key}`);
    const isPicked = (key: string): boolean => isAgentKey(bytesOf(key), 2, key.length + 2);
    expect(FACT_KEYS.filter((key) => !isPicked(key))).toEqual([]);
    const others = [
      'http.route',
      'gen_ai.input.messages',
      'llm.input_messages.0.message.content',
      'db.system',
      'session',
      '',
    ];
    expect(others.filter(isPicked)).toEqual([]);
  });
});
