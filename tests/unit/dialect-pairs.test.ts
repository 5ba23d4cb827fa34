/** Spans of cases 09: a pair in two conventions, and captures of the AI SDK. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSource } from '../../core/dialects/read-agent-span';
import { AttributeReader } from '../../core/dialects/span-source';
import type { PlainValue } from '../../core/model/json-types';
import { caseFile } from '../fixtures/cases';

type Attributes = Record<string, PlainValue>;

const read = (name: string, attributes: Attributes, scope = '') =>
  readSource({ name, scope, attributes: new AttributeReader(attributes), events: [] });

describe.skipIf(!caseFile('09-openinference'))('spans of cases 09', () => {
  const json = <T>(name: string): T =>
    JSON.parse(readFileSync(caseFile(`09-openinference/${name}`) as string, 'utf8')) as T;

  it('say the same in both conventions', () => {
    const inference = read('chat', json('openinference_client_span_input_output_only.json'));
    const { input: _, output: __, ...attributes } = json<Attributes>('otel_genai_client_span_tool_calls.json');
    const conventions = read('chat gpt-4', attributes);
    expect(conventions?.input).toHaveLength(3);
    for (const key of ['kind', 'input', 'output', 'provider'] as const)
      expect(inference?.[key]).toEqual(conventions?.[key]);
    expect([inference?.usage.input, inference?.usage.output]).toEqual([97, 52]);
    expect(conventions?.usage).toEqual(inference?.usage);
    const tool = read('execute_tool get_weather', json('otel_genai_tool_execution_span.json'));
    expect(tool?.tool).toMatchObject({ name: 'get_weather', callId: '1234', arguments: { city: 'New York' } });
  });

  it.each(['ai-embed', 'ai-generateObject', 'ai-generateText', 'ai-streamText'])('%s: what went in and out', (name) => {
    const spans = json<{ name: string; attributes: Attributes }[]>(`${name}.json`);
    const kinds = spans.map((span) => {
      const agent = read(span.name, span.attributes, 'ai');
      const isEmbedding = span.name.includes('mbed');
      expect(agent?.requestModel).toBeTruthy();
      if (isEmbedding) expect(agent?.inputValue).toBeTruthy();
      else expect([agent?.input.length, agent?.output[0]?.role]).toEqual([expect.any(Number), 'assistant']);
      return agent?.kind;
    });
    const outer = name === 'ai-embed' ? 'step' : 'agent';
    const inner = name === 'ai-embed' ? 'embedding' : 'model';
    expect(new Set(kinds)).toEqual(new Set(spans.map((span) => (/\.do[A-Z]/.test(span.name) ? inner : outer))));
  });
});
