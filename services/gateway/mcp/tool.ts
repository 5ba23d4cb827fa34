/**
 * A tool that agents call. It is made of operations: it says which, is given no others, and what they need decides who may call it and whether it
 * only reads.
 */
import { z } from 'zod';
import type { Permission } from '../../../core/api/team';
import { ALL_OPERATIONS, type OperationName, type SpoorApi } from '../../../core/operations/operations';
import { Answer, DEFAULT_BYTES, LEAST_BYTES, MOST_BYTES, type Told } from './answer';
import { Cursors } from './cursor';
import type { Links } from './links';

export interface Asked<Name extends OperationName = OperationName> {
  readonly api: Pick<SpoorApi, Name>;
  readonly links: Links;
  readonly signal: AbortSignal;
  /** From 0 to 1, of what takes long. */
  progress(done: number, message: string): void;
}

/** What a tool works with besides. */
interface Paper {
  readonly answer: Answer;
  readonly cursors: Cursors;
}

interface Definition<Name extends OperationName, Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  /** For the model that chooses among tools. */
  readonly description: string;
  readonly uses: readonly Name[];
  readonly input: Shape;
  /** What the answer holds as data, besides what every answer does. */
  readonly facts?: z.ZodRawShape;
  /** One of its `items`. */
  readonly item?: z.ZodRawShape;
  /** It changes what is stored, so a user has to allow it. */
  readonly writes?: true;
  run(asked: Asked<Name>, args: z.output<z.ZodObject<Shape>> & Paged, paper: Paper): Promise<Told>;
}

interface Paged {
  readonly cursor?: string | undefined;
  readonly maxBytes?: number | undefined;
}

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly uses: readonly OperationName[];
  readonly permissions: readonly (Permission | null)[];
  readonly writes: boolean;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  call(asked: Asked, given: unknown): Promise<Told>;
}

const CURSOR = z.string().max(2_000).optional().describe('nextCursor of the answer before, with the same arguments');
const MAX_BYTES = z
  .number()
  .int()
  .min(LEAST_BYTES)
  .max(MOST_BYTES)
  .optional()
  .describe(`Size of the answer, ${DEFAULT_BYTES} bytes unless given`);

export function tool<Name extends OperationName, Shape extends z.ZodRawShape>(
  definition: Definition<Name, Shape>,
): Tool {
  const { name, title, description, uses, facts = {}, item = {}, run } = definition;
  const input = z.strictObject({ ...definition.input, cursor: CURSOR, maxBytes: MAX_BYTES });
  const output = z.object({
    ...facts,
    items: z.array(z.object(item)),
    complete: z.boolean(),
    partial: z.string().nullable(),
    nextCursor: z.string().nullable(),
    link: z.string(),
  });
  return {
    name,
    title,
    description,
    uses,
    permissions: uses.map((one) => ALL_OPERATIONS.get(one)?.permission ?? null),
    writes: definition.writes ?? false,
    input,
    output,
    async call(asked, given) {
      const args = input.parse(given ?? {}) as z.output<z.ZodObject<Shape>> & Paged;
      const paper = { answer: new Answer(args.maxBytes ?? DEFAULT_BYTES), cursors: new Cursors(name, args) };
      return run(asked, args, paper);
    },
  };
}
