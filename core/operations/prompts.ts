/** Addresses where models answer, and prompts that are tried on them. */
import { z } from 'zod';
import { onePage } from '../api/page';
import type { EndpointEdit, PromptRequest } from '../api/playground';
import type { PlainValue } from '../model/json-types';
import { collection } from './collection';
import { ID, named, VERSION, whole } from './input';
import { operation, own, through } from './operation';

/** Of one prompt, all parts together. */
const MAX_MESSAGES = 2_000;
const MAX_TEXT = 10_000_000;
const MAX_KEY = 10_000;

/** Any JSON: it is passed on as it is. */
const json = z.unknown() as z.ZodType<PlainValue>;
const long = z.string().max(MAX_TEXT);
const id = z.string().max(500).nullable();

const ENDPOINT = z.object({
  name: z.string().trim().min(1).max(200),
  baseUrl: z
    .url({ protocol: /^https?$/, message: 'is not an address such as http://127.0.0.1:11434/v1' })
    .max(2_000)
    .refine((url) => !/^[^/]*\/\/[^/]*@/.test(url), {
      message: 'holds a password; give the key as a key',
    }),
  model: z.string().trim().max(500).default(''),
});
const KEY = z.string().trim().min(1).max(MAX_KEY).nullable();

const PART = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: long }),
  z.object({ type: z.literal('reasoning'), text: long }),
  z.object({ type: z.literal('truncated'), text: long }),
  z.object({ type: z.literal('tool_call'), id, name: z.string().max(500), arguments: json }),
  z.object({ type: z.literal('tool_result'), id, name: z.string().max(500).optional(), result: json }),
  z.object({ type: z.literal('blob'), mimeType: z.string().max(200).nullable(), data: long }),
  z.object({ type: z.literal('uri'), mimeType: z.string().max(200).nullable(), uri: z.string().max(10_000) }),
  z.object({ type: z.literal('file'), mimeType: z.string().max(200).nullable(), fileId: z.string().max(500) }),
  z.object({ type: z.literal('other'), value: json }),
]);

const PROMPT_FIELDS = z.object({
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

/** What a model is told, of a prompt. */
export const PROMPT_TEXT = PROMPT_FIELDS.pick({ messages: true, tools: true, parameters: true });
export const PROMPT = PROMPT_FIELDS as z.ZodType<PromptRequest>;

const { list, create, update, remove } = collection('/v1/endpoints', 'addresses where models answer', 'rules:write');

export const prompts = {
  listEndpoints: operation({
    ...list,
    input: [],
    rest: { ...list.rest, shown: onePage },
    run: through(({ playground }) => playground.list()),
  }),
  createEndpoint: operation({
    ...create,
    input: [whole(ENDPOINT)],
    run: through(({ playground }, edit: EndpointEdit) => playground.create(edit)),
  }),
  /** At another address it has no key any more. @throws NOT_FOUND, CONFLICT */
  updateEndpoint: operation({
    ...update,
    input: [ID, VERSION, whole(ENDPOINT)],
    run: through(({ playground }, endpointId: string, version: number, edit: EndpointEdit) =>
      playground.update(endpointId, version, edit),
    ),
  }),
  /** @throws NOT_FOUND */
  deleteEndpoint: operation({
    ...remove,
    input: [ID],
    run: through(({ playground }, endpointId: string) => playground.remove(endpointId)),
  }),
  /** @throws NOT_FOUND */
  setEndpointKey: operation({
    summary: 'Gives an endpoint its key, or takes it away; it is never told again',
    permission: 'rules:write',
    input: [ID, named('key', KEY)],
    rest: { method: 'put', path: '/v1/endpoints/{id}/key', refusals: [404] },
    run: through(({ playground }, endpointId: string, key: string | null) => playground.setKey(endpointId, key)),
  }),
  /** What goes wrong at the endpoint is in the answer. @throws NOT_FOUND, CONFLICT when it was cancelled */
  runPrompt: operation({
    summary: 'Tries a prompt on an endpoint; what goes wrong there is in the answer',
    permission: 'notes:write',
    input: [whole(PROMPT)],
    unstored: ['messages', 'tools', 'parameters'],
    rest: own({
      method: 'post',
      path: '/v1/prompts',
      body: PROMPT_FIELDS.partial({ runId: true }),
      refusals: [404, 409],
    }),
    run: through(({ playground }, request: PromptRequest) => playground.run(request)),
  }),
  cancelPrompt: operation({
    summary: 'Gives up a prompt that is being tried',
    permission: 'notes:write',
    input: [named('runId', z.coerce.string())],
    rest: null,
    run: through(async ({ playground }, runId: string) => playground.cancel(runId)),
  }),
};
