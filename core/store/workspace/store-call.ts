/** Methods of the store as values: how each uses the database, and what it does with it. */
import type { StoreContext } from './store-context';

/** @template How the way it is run */
export interface Call<Context, Args extends readonly unknown[], Answer, How extends string> {
  readonly how: How;
  // A method, so that calls of all kinds fit into one list.
  run(context: Context, ...args: Args): Promise<Answer>;
}

/** `read`: of one state of the database. `steps`: in several; it says itself what has to be of one. `write`: who waits for changes is told. */
export type StoreHow = 'read' | 'steps' | 'write';

export type StoreCall<Args extends readonly unknown[], Answer> = Call<StoreContext, Args, Answer, StoreHow>;

type Run<Args extends readonly unknown[], Answer> = (context: StoreContext, ...args: Args) => Promise<Answer>;

export const read = <Args extends readonly unknown[], Answer>(run: Run<Args, Answer>): StoreCall<Args, Answer> => ({
  how: 'read',
  run,
});

export const readInSteps = <Args extends readonly unknown[], Answer>(
  run: Run<Args, Answer>,
): StoreCall<Args, Answer> => ({ how: 'steps', run });

export const write = <Args extends readonly unknown[], Answer>(run: Run<Args, Answer>): StoreCall<Args, Answer> => ({
  how: 'write',
  run,
});

export type MethodsOf<Calls> = {
  readonly [K in keyof Calls]: Calls[K] extends Call<infer _, infer Args, infer Answer, infer __>
    ? (...args: Args) => Promise<Answer>
    : never;
};
