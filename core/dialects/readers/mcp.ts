/** Spans of the Model Context Protocol. */
import type { AgentFacts, Dialect } from '../agent-facts';

export const mcp: Dialect = {
  name: 'mcp',
  read({ name, attributes: a }) {
    if (!a.hasUnder('mcp')) return null;
    const method = a.text('mcp.method.name');
    const isCall = method === 'tools/call';
    return {
      kind: isCall ? 'tool' : method === undefined ? undefined : method === 'prompts/get' ? 'prompt' : 'step',
      tool: isCall
        ? {
            name: a.text('gen_ai.tool.name') ?? name.replace(/^tools\/call\s*/, ''),
            callId: a.text('gen_ai.tool.call.id'),
          }
        : undefined,
      inputValue: a.json('mcp.resource.uri', 'gen_ai.prompt.name'),
    } satisfies AgentFacts;
  },
};
