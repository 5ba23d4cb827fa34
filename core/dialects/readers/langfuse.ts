/** Langfuse's own attributes, which its SDKs set and others may: what they say is meant, and believed first. */

import type { PlainValue } from '../../model/json-types';
import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind } from '../agent-span';
import { isObject } from '../json-objects';
import { answerOf, messagesOf } from '../messages';

const KINDS: Readonly<Record<string, AgentSpanKind>> = wordTable({
  generation: 'model',
  embedding: 'embedding',
  agent: 'agent',
  tool: 'tool',
  chain: 'step',
  retriever: 'retrieval',
  guardrail: 'guardrail',
  evaluator: 'evaluator',
});

export const langfuse: Dialect = {
  name: 'langfuse',
  read({ attributes: a, name }) {
    if (!a.hasUnder('langfuse')) return null;
    const kind = KINDS[a.text('langfuse.observation.type') ?? ''];
    const isTool = kind === 'tool';
    const input = a.json('langfuse.observation.input', 'langfuse.trace.input');
    const output = a.json('langfuse.observation.output', 'langfuse.trace.output');
    const cost = a.json('langfuse.observation.cost_details');
    return {
      kind,
      tool: isTool ? { name, arguments: input, result: output } : undefined,
      parameters: parametersOf(a.json('langfuse.observation.model.parameters')),
      input: kind === 'model' || !isTool ? messagesOf(input) : null,
      output: kind === 'model' ? answerOf(output) : null,
      inputValue: isTool ? null : input,
      outputValue: isTool ? null : output,
      reportedCost: isObject(cost) ? costOf(cost) : null,
    } satisfies AgentFacts;
  },
};

function costOf(cost: { readonly [key: string]: PlainValue }): number | null {
  if (typeof cost.total === 'number') return cost.total;
  const parts = Object.values(cost).filter((one): one is number => typeof one === 'number');
  return parts.length > 0 ? parts.reduce((sum, one) => sum + one) : null;
}

function parametersOf(value: PlainValue | undefined): { [name: string]: PlainValue } {
  return isObject(value) ? { ...value } : {};
}
