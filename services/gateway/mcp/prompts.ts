/** Questions that people ask often, worded for a model with our tools. */
import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { GetPromptResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { SpoorApi } from '../../../core/operations/operations';
import { attributeKeys, serviceNames, traceIds } from './completion';
import { quoted } from './quoted';

const MOST_CHARS = 500;
const RULES =
  'Name only what the tools told you, with span ids, and say where an answer was partial. Give me the link.';

export function addPrompts(server: McpServer, api: SpoorApi): void {
  const trace = completable(z.string().min(1).max(MOST_CHARS).describe('Trace id or link'), traceIds(api));
  const service = completable(z.string().min(1).max(MOST_CHARS).describe('Name of a service'), serviceNames(api));
  const key = completable(z.string().min(1).max(MOST_CHARS).describe('Such as span.http.route'), attributeKeys(api));

  server.registerPrompt(
    'why_was_this_slow',
    {
      title: 'Why was this slow?',
      description: 'Explains where the time of a trace went',
      argsSchema: { traceId: trace },
    },
    ({ traceId }) =>
      asked(
        `Why was the trace ${quoted(traceId, 200)} slow? Call explain_critical_path, then outline_trace. Look for calls that were repeated or made one after the other, and for time in which nothing ran. Compare it with a faster trace of the same name (search_traces sorted by durationNs, compare_traces) if there is one. Say what to change first. ${RULES}`,
      ),
  );
  server.registerPrompt(
    'what_did_this_run_cost',
    {
      title: 'What did this run cost?',
      description: 'Tokens and cost of an agent run, and what was wasted',
      argsSchema: { traceId: trace },
    },
    ({ traceId }) =>
      asked(
        `What did the agent run in trace ${quoted(traceId, 200)} cost? Call read_conversation for tokens and cost of each model call, and find_waste for what was wasted. Say which calls cost most, what was wasted, and what would have been cheaper. Say it where a price is unknown. ${RULES}`,
      ),
  );
  server.registerPrompt(
    'write_the_bug_report',
    {
      title: 'Write the bug report',
      description: 'A bug report about a failed trace, with evidence',
      argsSchema: { traceId: trace },
    },
    ({ traceId }) =>
      asked(
        `Write a bug report about trace ${quoted(traceId, 200)}. Call outline_trace, read_span of the span where the failure began, and search_logs with its traceId; find_errors tells how often it happens. Sections: what happened, expected, evidence (span ids, messages, times), how often and since when, likely cause, how to reproduce. ${RULES}`,
      ),
  );
  server.registerPrompt(
    'what_fails_in_this_service',
    { title: 'What fails in this service?', description: 'Failures that begin in a service', argsSchema: { service } },
    ({ service: name }) =>
      asked(
        `What fails in the service ${quoted(name, 200)}, how often, and why? Call service_health and find_errors with this service, then outline_trace of an example for each of the most frequent failures. ${RULES}`,
      ),
  );
  server.registerPrompt(
    'what_differs_by_attribute',
    {
      title: 'What differs by this attribute?',
      description: 'Errors and durations by the values of an attribute',
      argsSchema: { key },
    },
    ({ key: name }) =>
      asked(
        `Call aggregate_spans with by ${quoted(name, 200)} and say which values have more errors or longer durations than others. Look at an example of the worst with search_traces and outline_trace. ${RULES}`,
      ),
  );
}

function asked(text: string): GetPromptResult {
  return { messages: [{ role: 'user', content: { type: 'text', text } }] };
}
