/** What pages and windows may call over a port or a socket: the operations, and no other method of what implements them. */
import { signalAt } from './operation';
import { ALL_OPERATIONS } from './operations';

/** A number: which parameter is a signal, which aborts when whoever asked has gone. */
export const RPC_METHODS: Readonly<Record<string, true | number>> = Object.fromEntries(
  [...ALL_OPERATIONS].map(([name, operation]) => [name, signalAt(operation) ?? true]),
);

/** Those that wait for something to happen. */
export const RPC_WAITS: readonly string[] = [...ALL_OPERATIONS].flatMap(([name, { waits }]) => (waits ? [name] : []));
