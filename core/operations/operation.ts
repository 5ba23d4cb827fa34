/**
 * An operation: one thing that pages, programs and the command line may ask of Spoor, defined once. Everything else is computed from the
 * definitions (operations.ts): the type of the API, its calls over ports and sockets, REST and its document, and who may call what on a team server.
 */
import type { ZodObject } from 'zod';
import type { Permission } from '../api/team';
import type { Call, StoreHow } from '../store/workspace/store-call';
import type { StoreContext } from '../store/workspace/store-context';
import type { Input } from './input';
import type { Parts } from './parts';

/**
 * @template Args what it is called with
 * @template Answer what it answers
 * @template Shown what it answers over HTTP
 * @template Context what it works with: of the store's thread, which has the database, or the parts that the gateway knows
 */
export interface Operation<
  Args extends readonly unknown[] = readonly unknown[],
  Answer = unknown,
  Shown = unknown,
  Context = never,
  How extends string = string,
> {
  /** For people who read the document of the HTTP API, and for agents. */
  readonly summary: string;
  /** What a role on a team server needs for it; null: a team server does not offer it. */
  readonly permission: Permission | null;
  /** In the order of the arguments; a signal is one of them. */
  readonly input: readonly Input[];
  /** Null: not over HTTP. */
  readonly rest: Rest<Answer, Shown> | null;
  readonly run: Call<Context, Args, Answer, How>;
  /** It waits for something to happen: a server that ends gives it up. */
  readonly waits?: boolean;
  /** Properties that are passed on and never stored: they may hold text that no column can. */
  readonly unstored?: readonly string[];
}

/** Runs in the gateway's thread, which can ask all parts. */
export const through = <Args extends readonly unknown[], Answer>(
  run: (parts: Parts, ...args: Args) => Promise<Answer>,
): Call<Parts, Args, Answer, 'through'> => ({ how: 'through', run });

/**
 * How it is asked over HTTP. The arguments are, in this order, the parts of the path, and what the query (of GET and DELETE) or the body brings:
 * a named one is the property of that name, another one is all of it.
 */
export interface Rest<Answer = unknown, Shown = unknown> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With `{name}` for what is a part of it. */
  readonly path: string;
  /** Its name in the document, where it has another one there. */
  readonly id?: string;
  /** 200 unless said otherwise. */
  readonly status?: 201 | 202 | 204;
  /** What it is refused for, besides what any is. */
  readonly refusals?: readonly (404 | 409 | 413 | 429)[];
  readonly contentType?: 'text/event-stream' | 'application/octet-stream';
  /** The body is a file of any length, which the handler reads while it comes. */
  readonly takesFile?: true;
  /** Properties that have another name in the query. */
  readonly renames?: Readonly<Record<string, string>>;
  /** What the document says that it takes, where that is not what its arguments say. */
  readonly query?: ZodObject;
  readonly body?: ZodObject;
  /** Answered by a handler of its own (services/gateway/own-routes.ts). */
  readonly own?: boolean;
  /** Of what it answers, what is sent. */
  shown?(answer: Answer): Shown;
}

/** What the handlers of own routes answer is said by them. */
export interface OwnAnswer {
  readonly own: never;
}

type Inputs<Args extends readonly unknown[]> = { readonly [K in keyof Args]-?: Input<Args[K]> };

export interface Definition<Args extends readonly unknown[], Answer, Shown, Context, How extends string>
  extends Operation<Args, Answer, Shown, Context, How> {
  readonly input: Inputs<NoInfer<Args>>;
}

export function operation<Args extends readonly unknown[], Answer, Context, How extends string, Shown = Answer>(
  definition: Definition<Args, Answer, Shown, Context, How>,
): Operation<Args, Answer, Shown, Context, How> {
  return definition;
}

/** A route that is made of several operations, or of none. @template Asked what its query or body is like */
export interface Resource<Asked = unknown> extends Pick<Operation, 'summary' | 'permission'> {
  readonly rest: Rest<never, OwnAnswer>;
  readonly asked?: Asked;
}

export const resource = <Asked = never>(definition: Resource<Asked>): Resource<Asked> => definition;

/** Answered by a handler of its own. */
export const own = (rest: Omit<Rest<never, OwnAnswer>, 'own' | 'shown'>): Rest<never, OwnAnswer> => ({
  ...rest,
  own: true,
});

/** The operations as whoever asks calls them. */
export type ApiOf<Operations> = {
  readonly [K in keyof Operations]: Operations[K] extends {
    readonly run: Call<infer _, infer Args, infer Answer, infer __>;
  }
    ? (...args: Args) => Promise<Answer>
    : never;
};

/** What of them the store runs. */
export type InStore<Operations> = {
  readonly [K in keyof Operations as Operations[K] extends { readonly run: { readonly how: StoreHow } }
    ? K
    : never]: Operations[K] extends { readonly run: infer Run } ? Run : never;
};

/** Names of those that a handler of their own answers over HTTP. */
export type OwnRoute<Operations> = {
  [K in keyof Operations]: Operations[K] extends { readonly rest: Rest<infer _, infer Shown> | null }
    ? [Shown] extends [OwnAnswer]
      ? K
      : never
    : never;
}[keyof Operations];

/** One of either kind. */
export type AnyOperation =
  | Operation<readonly unknown[], unknown, unknown, StoreContext, StoreHow>
  | Operation<readonly unknown[], unknown, unknown, Parts, 'through'>;

/** Where its signal is among its arguments; null: it has none. */
export function signalAt({ input }: Pick<Operation, 'input'>): number | null {
  const at = input.findIndex(({ name }) => name === 'signal');
  return at < 0 ? null : at;
}
