/** Checks endpoints and prompts as they come in. */
import { z } from 'zod';
import type { EndpointEdit, PromptRequest } from '../../../core/api/playground';
import type { PlainValue } from '../../../core/model/json-types';
import { parse } from '../queries/queries';

/** Of one prompt, all parts together. */
const MAX_MESSAGES = 2_000;
const MAX_TEXT = 10_000_000;
const MAX_KEY = 10_000;

/** Any JSON: it is passed on as it is. */
const json = z.unknown() as z.ZodType<PlainValue>;
const text = z.string().max(MAX_TEXT);
const id = z.string().max(500).nullable();

export const ENDPOINT = z.object({
  name: z.string().trim().min(1).max(200),
  baseUrl: z
    .url({ protocol: /^https?$/, message: 'is not an address such as http://127.0.0.1:11434/v1' })
    .max(2_000)
    .refine((url) => !/^[^/]*\/\/[^/]*@/.test(url), {
      message: 'holds a password; give the key as a key',
    }),
  model: z.string().trim().max(500).default(''),
});

export const ENDPOINT_KEY = z.object({ key: z.string().trim().min(1).max(MAX_KEY).nullable() });

const PART = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text }),
  z.object({ type: z.literal('reasoning'), text }),
  z.object({ type: z.literal('truncated'), text }),
  z.object({ type: z.literal('tool_call'), id, name: z.string().max(500), arguments: json }),
  z.object({ type: z.literal('tool_result'), id, name: z.string().max(500).optional(), result: json }),
  z.object({ type: z.literal('blob'), mimeType: z.string().max(200).nullable(), data: text }),
  z.object({ type: z.literal('uri'), mimeType: z.string().max(200).nullable(), uri: z.string().max(10_000) }),
  z.object({ type: z.literal('file'), mimeType: z.string().max(200).nullable(), fileId: z.string().max(500) }),
  z.object({ type: z.literal('other'), value: json }),
]);

export const PROMPT = z.object({
  runId: z.string().min(1).max(100),
  endpointId: z.string().max(100),
  model: z.string().trim().min(1).max(500),
  messages: z
    .array(z.object({ role: z.string().min(1).max(100), name: z.string().max(500).optional(), parts: z.array(PART) }))
    .min(1)
    .max(MAX_MESSAGES),
  tools: z
    .array(
      z.object({
        name: z.string().min(1).max(500),
        description: z.string().max(100_000).nullable().default(null),
        parameters: json.nullable().default(null),
      }),
    )
    .max(1_000)
    .default([]),
  parameters: z.record(z.string().max(200), json).default({}),
});

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function endpointEdit(input: unknown): EndpointEdit {
  return parse(ENDPOINT, input);
}

/** @throws SpoorError VALIDATION_ERROR */
export function endpointKey(input: unknown): string | null {
  return parse(ENDPOINT_KEY, { key: input }).key;
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function promptRequest(input: unknown): PromptRequest {
  return parse(PROMPT, input) as PromptRequest;
}
