/** Gemini's contents and Bedrock's Converse. */
import { type Answer, type Asked, type Said, said, type Tokens } from './ledger';
import { event, type Json, list, object, parsed, text, type Wire } from './wire';

export const gemini: Wire = {
  read: readGemini,
  whole: wholeGemini,
  pieces: (answer, tokens, asked) => [event(wholeGemini(answer, tokens, asked))],
  failure: { error: { code: 400, message: 'no such wish', status: 'INVALID_ARGUMENT' } },
};

function readGemini(body: Json, path: string): Asked {
  const [, model = '', method] = /models\/([^:/]+):(\w+)/.exec(path) ?? [];
  return {
    model,
    system: text(object(body.systemInstruction).parts),
    messages: list(body.contents).flatMap(saidByGemini),
    tools: list(body.tools).flatMap((tool) => list(tool.functionDeclarations).map(({ name }) => String(name))),
    streamed: method === 'streamGenerateContent',
    wantsTokens: true,
  };
}

function saidByGemini({ role, parts }: Json): Said[] {
  const results = list(parts).flatMap(({ functionResponse }) =>
    functionResponse ? [object(functionResponse).response] : [],
  );
  const calls = list(parts).flatMap(({ functionCall }) =>
    functionCall ? [{ name: String(object(functionCall).name), arguments: object(functionCall).args }] : [],
  );
  if (results.length > 0) return results.map((result) => said('tool', '', { result }));
  return [said(role === 'model' ? 'assistant' : 'user', text(parts), { calls })];
}

/** Thoughts lie beside the answer. */
function wholeGemini(answer: Answer, tokens: Tokens, { model }: Asked): Json {
  const calls = answer.toolCalls.map(({ id, name, arguments: args }) => ({ functionCall: { id, name, args } }));
  const parts = [...(answer.text ? [{ text: answer.text }] : []), ...calls];
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP' }],
    usageMetadata: {
      promptTokenCount: tokens.input,
      candidatesTokenCount: tokens.output - tokens.reasoning,
      thoughtsTokenCount: tokens.reasoning,
      cachedContentTokenCount: tokens.cacheRead,
      totalTokenCount: tokens.input + tokens.output,
    },
    modelVersion: model,
    responseId: answer.id,
  };
}

export const converse: Wire = {
  read: readConverse,
  whole: wholeConverse,
  pieces: null,
  failure: { message: 'no such wish' },
};

function readConverse(body: Json, path: string): Asked {
  return {
    model: decodeURIComponent(path.split('/')[2] ?? ''),
    system: text(body.system),
    messages: list(body.messages).flatMap(saidInBlocks),
    tools: list(object(body.toolConfig).tools).map(({ toolSpec }) => String(object(toolSpec).name)),
    streamed: false,
    wantsTokens: true,
  };
}

function saidInBlocks({ role, content }: Json): Said[] {
  const results = list(content).flatMap(({ toolResult }) => (toolResult ? list(object(toolResult).content) : []));
  const calls = list(content).flatMap(({ toolUse }) =>
    toolUse ? [{ name: String(object(toolUse).name), arguments: object(toolUse).input }] : [],
  );
  if (results.length > 0) return results.map((one) => said('tool', '', { result: one.json ?? parsed(one.text) }));
  return [said(role === 'assistant' ? 'assistant' : 'user', text(content), { calls })];
}

/** What was cached lies beside the input. */
function wholeConverse(answer: Answer, tokens: Tokens): Json {
  const calls = answer.toolCalls.map(({ id, name, arguments: input }) => ({ toolUse: { toolUseId: id, name, input } }));
  const content = [...(answer.text ? [{ text: answer.text }] : []), ...calls];
  const inputTokens = tokens.input - tokens.cacheRead - tokens.cacheWrite;
  return {
    output: { message: { role: 'assistant', content } },
    stopReason: calls.length > 0 ? 'tool_use' : 'end_turn',
    usage: {
      inputTokens,
      outputTokens: tokens.output,
      cacheReadInputTokens: tokens.cacheRead,
      cacheWriteInputTokens: tokens.cacheWrite,
      totalTokens: tokens.input + tokens.output,
    },
    metrics: { latencyMs: 10 },
  };
}
