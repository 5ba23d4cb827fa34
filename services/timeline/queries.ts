/** Checks what a page asks of a trace: it comes over a socket, and typed arrays of its making must not be of any size. */
import { z } from 'zod';
import { SpoorError } from '../../core/model/errors';

const MAX_SEARCH = 2_000;
const MAX_ROWS = 5_000;
/** Each is read from up to three spans. */
const MAX_TURNS = 50;
const MAX_LANES = 2_000;
/** A step is about a pixel, and no screen is wider. */
const MAX_STEPS = 40_000;
const MAX_MINIMAP_PX = 4_096;

const finite = z.number().refine(Number.isFinite);
const count = z.number().int().min(0);
const text = z.string().max(MAX_SEARCH);

export const LOOK = z.object({ adjustClocks: z.boolean(), search: text });

export const ROWS_VIEW = LOOK.extend({
  sort: z.enum(['tree', 'start', 'duration', 'self', 'name', 'service']),
  descending: z.boolean(),
  onlyMatches: z.boolean(),
  foldDepth: count.nullable(),
  foldServices: z.array(z.string()).max(100_000),
  toggled: z.array(z.bigint()).max(1_000_000),
});

export const ROW_RANGE = z
  .object({ from: count, to: count })
  .refine(({ from, to }) => to - from <= MAX_ROWS, { message: `ask for at most ${MAX_ROWS} rows` });

export const TURN_RANGE = z
  .object({ from: count, to: count })
  .refine(({ from, to }) => to - from <= MAX_TURNS, { message: `ask for at most ${MAX_TURNS} turns` });

export const SPAN_ID = z.bigint().min(0n).max(0xffff_ffff_ffff_ffffn);

export const SPAN_IDS = z.array(SPAN_ID).max(500);

export const FIND = z.object({ what: z.enum(['match', 'error']), after: SPAN_ID.nullable(), backwards: z.boolean() });

export const LANES_BY = z.enum(['service', 'instance', 'thread', 'flame']);

export const WINDOW = z
  .object({
    by: LANES_BY,
    fromNs: finite,
    toNs: finite,
    stepNs: finite.positive(),
    firstLane: count,
    endLane: count,
  })
  .refine(({ fromNs, toNs, stepNs }) => toNs > fromNs && (toNs - fromNs) / stepNs <= MAX_STEPS, {
    message: 'the window is empty, or too wide for its step',
  })
  .refine(({ firstLane, endLane }) => endLane - firstLane <= MAX_LANES, {
    message: `ask for at most ${MAX_LANES} lanes`,
  });

export const MINIMAP = z.object({
  width: z.number().int().min(1).max(MAX_MINIMAP_PX),
  height: z.number().int().min(1).max(MAX_MINIMAP_PX),
});

export const STATISTICS_BY = z.enum(['operation', 'service', 'kind', 'status']);

export const COMPARE = z
  .object({ from: count, to: count, onlyChanges: z.boolean() })
  .refine(({ from, to }) => to - from <= MAX_ROWS, { message: `ask for at most ${MAX_ROWS} rows` });

/** @throws SpoorError VALIDATION_ERROR */
export function checked<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  const message = `${field === '' ? 'The request' : field}: ${issue?.message ?? 'is not valid'}`;
  throw new SpoorError('VALIDATION_ERROR', message, [{ field, code: issue?.code ?? 'invalid', message }]);
}
