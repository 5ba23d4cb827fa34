/** Genkit: actions, each of a type of its own, with what went in and came out. */
import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind } from '../agent-span';
import { askedIn } from '../gen-ai-events';
import { isObject, textOf } from '../json-objects';
import { answerOf } from '../messages';
import { usageOfObject } from '../usage';

const KINDS: Readonly<Record<string, AgentSpanKind>> = wordTable({
  model: 'model',
  'background-model': 'model',
  embedder: 'embedding',
  agent: 'agent',
  flow: 'workflow',
  tool: 'tool',
  'tool.v2': 'tool',
  retriever: 'retrieval',
  reranker: 'rerank',
  evaluator: 'evaluator',
  prompt: 'prompt',
  'executable-prompt': 'prompt',
  util: 'step',
  flowStep: 'step',
});

export const genkit: Dialect = {
  name: 'genkit',
  read({ attributes: a, name }) {
    const kind = KINDS[a.text('genkit:metadata:subtype') ?? ''] ?? KINDS[a.text('genkit:type') ?? ''];
    if (kind === undefined) return null;
    const input = a.json('genkit:input');
    const output = a.json('genkit:output');
    const isTool = kind === 'tool';
    const isModel = kind === 'model';
    const said = isModel && isObject(output) ? output : {};
    const finish = textOf(said.finishReason);
    // As the provider answered: Genkit's own counts have no cache.
    const raw = isObject(said.raw) ? said.raw : {};
    return {
      kind,
      // With the plugin that provides it in front.
      requestModel: isModel || kind === 'embedding' ? (a.text('genkit:name') ?? name) : null,
      responseModel: textOf(raw.model ?? raw.modelVersion),
      responseId: textOf(raw.id ?? raw.responseId),
      tool: isTool ? { name: a.text('genkit:name') ?? name, arguments: input, result: output } : undefined,
      input: isModel ? askedIn(input) : null,
      output: isModel ? answerOf(output) : null,
      usage: usageOfObject(raw.usage ?? raw.usageMetadata) ?? usageOfObject(said.usage) ?? undefined,
      finishReasons: finish === null ? [] : [finish],
    } satisfies AgentFacts;
  },
};
