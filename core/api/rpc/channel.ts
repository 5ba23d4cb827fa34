/** What calls and their answers travel over: a port between threads, a port of a window, a WebSocket. */
import type { ErrorValue } from '../../model/errors';

export interface Call {
  readonly call: number;
  readonly method: string;
  readonly parameters: readonly unknown[];
  /** Which of the parameters stands for a signal that the caller may give. */
  readonly signal?: number | undefined;
}

/** The caller no longer waits for the answer. */
export interface Cancel {
  readonly cancel: number;
}

/** Something came that cannot even be told apart: it may have been any of the calls that wait. */
export interface Lost {
  readonly lost: string;
}

export type Reply =
  | { readonly reply: number; readonly ok: true; readonly value: unknown }
  | { readonly reply: number; readonly ok: false; readonly error: ErrorValue };

/** One that came, but cannot be read: whoever waits for it is told so. */
export type Broken =
  | { readonly call: number; readonly broken: string }
  | { readonly reply: number; readonly broken: string };

export type Message = Call | Reply | Cancel | Lost;

export interface Channel {
  /** `transfer` moves instead of being copied, where a channel can. @throws Error when the message cannot be carried */
  send(message: Message, transfer: Transferable[]): void;
  /** Calls `hear` with all that comes, which may be anything; `lost` when something came that cannot even be told apart. */
  listen(hear: (message: unknown) => void, lost: (error: Error) => void): void;
}

const isObject = (message: unknown): message is Record<string, unknown> =>
  typeof message === 'object' && message !== null;

export function isCall(message: unknown): message is Call {
  return (
    isObject(message) &&
    Number.isSafeInteger(message.call) &&
    typeof message.method === 'string' &&
    Array.isArray(message.parameters) &&
    (message.signal === undefined || (Number.isSafeInteger(message.signal) && Number(message.signal) >= 0))
  );
}

export function isReply(message: unknown): message is Reply {
  if (!isObject(message) || !Number.isSafeInteger(message.reply)) return false;
  return message.ok === true || (message.ok === false && isObject(message.error));
}

export function isCancel(message: unknown): message is Cancel {
  return isObject(message) && Number.isSafeInteger(message.cancel);
}

export function isLost(message: unknown): message is Lost {
  return isObject(message) && typeof message.lost === 'string';
}

/** A message that names the call, but says nothing that can be used. */
export function isBroken(message: unknown): message is Broken {
  return (
    isObject(message) &&
    (Number.isSafeInteger(message.call) || Number.isSafeInteger(message.reply)) &&
    typeof message.broken === 'string'
  );
}

/** What is answered where the answer itself cannot be carried. */
export function unsayable(reply: number, error: unknown): Reply {
  const why = error instanceof Error ? error.message : String(error);
  return {
    reply,
    ok: false,
    error: { code: 'INTERNAL_ERROR', message: `The answer could not be carried: ${why}`, details: [] },
  };
}
