/**
 * Calls between threads, processes and sockets, over Comlink. A service is an object of async methods. Errors cross as values
 * (Comlink alone would lose their codes), and a link outlives the thread behind it: when that dies, calls in flight reject
 * with SERVICE_UNAVAILABLE and later calls wait for its successor.
 */
import * as Comlink from 'comlink';
import { type ErrorValue, errorFromValue, errorValueOf, SpoorError } from '../errors';

// biome-ignore lint/suspicious/noExplicitAny: a method's parameters are contravariant; only `any` admits every service.
type AsyncMethod = (...parameters: any[]) => Promise<unknown>;
export type Service<T> = { readonly [K in keyof T]: AsyncMethod };

type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorValue };

/** Serves `service` on an endpoint. `transfer` names the buffers of a reply that move instead of being copied. */
export function serve<T extends Service<T>>(
  service: T,
  endpoint: Comlink.Endpoint,
  transfer: (value: unknown) => Transferable[] = () => [],
): void {
  const methods = new Map<string, AsyncMethod>();
  for (let level: object = service; level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    for (const name of Object.getOwnPropertyNames(level)) {
      const value = (service as unknown as Record<string, unknown>)[name];
      if (name !== 'constructor' && typeof value === 'function' && !methods.has(name)) {
        methods.set(name, (value as AsyncMethod).bind(service));
      }
    }
  }
  const call = async (method: string, parameters: unknown[]): Promise<Reply> => {
    try {
      const run = methods.get(method);
      if (!run) throw new SpoorError('NOT_FOUND', `There is no method ${method}.`);
      const value = await run(...parameters);
      return Comlink.transfer({ ok: true, value }, transfer(value));
    } catch (error) {
      return { ok: false, error: errorValueOf(error) };
    }
  };
  Comlink.expose(call, callsOnly(endpoint));
}

/**
 * Lets through calls of the one exposed function and nothing else. Comlink's own protocol can also walk to a property and call that:
 * `constructor` of a function runs code, which would hand this thread to whoever holds the other end, a sandboxed page say.
 */
function callsOnly(endpoint: Comlink.Endpoint): Comlink.Endpoint {
  const wrapped = new Map<unknown, EventListener>();
  return {
    postMessage: (message, transferables) => endpoint.postMessage(message, transferables ?? []),
    addEventListener: (type, listener, options) => {
      const filtered: EventListener = (event) => {
        if (!isCall((event as MessageEvent).data)) return;
        if (typeof listener === 'function') listener(event);
        else listener.handleEvent(event);
      };
      wrapped.set(listener, filtered);
      endpoint.addEventListener(type, filtered, options);
    },
    removeEventListener: (type, listener, options) => {
      const filtered = wrapped.get(listener);
      if (filtered) endpoint.removeEventListener(type, filtered, options);
      wrapped.delete(listener);
    },
    ...(endpoint.start ? { start: () => endpoint.start?.() } : {}),
  };
}

/** `{type: 'APPLY', path: [], argumentList: [raw method name, raw parameters]}`, Comlink's message for a plain call. */
function isCall(data: unknown): boolean {
  const message = data as { type?: unknown; path?: unknown; argumentList?: unknown } | null;
  if (typeof message !== 'object' || message === null || message.type !== 'APPLY') return false;
  const { path, argumentList } = message;
  if (!Array.isArray(path) || path.length > 0 || !Array.isArray(argumentList) || argumentList.length !== 2)
    return false;
  const [method, parameters] = argumentList as [
    { type?: unknown; value?: unknown },
    { type?: unknown; value?: unknown },
  ];
  return (
    method?.type === 'RAW' &&
    typeof method.value === 'string' &&
    parameters?.type === 'RAW' &&
    Array.isArray(parameters.value)
  );
}

export interface Link<T> {
  /** The service behind the link; every method may reject with SERVICE_UNAVAILABLE. */
  readonly api: T;
  /** Points the link at a (new) thread. `closed` resolves when it is gone. */
  attach(endpoint: Comlink.Endpoint, closed: Promise<void>): void;
}

/** How long a call waits for a thread that is starting again. */
const ATTACH_TIMEOUT_MS = 15_000;

const transfers = new WeakMap<object, Transferable[]>();

/** Marks a parameter whose buffers move to the other side with the call; here they are empty afterwards. */
export function transferring<T extends object>(value: T, buffers: Transferable[]): T {
  transfers.set(value, buffers);
  return value;
}

type RemoteCall = (method: string, parameters: unknown[]) => Promise<Reply>;

export function createLink<T extends Service<T>>(name: string): Link<T> {
  let current: { readonly call: RemoteCall; readonly pending: Set<(error: SpoorError) => void> } | null = null;
  let waiting: ((error?: SpoorError) => void)[] = [];
  const unavailable = (): SpoorError =>
    new SpoorError('SERVICE_UNAVAILABLE', `The ${name} stopped and is starting again. Try once more.`);

  const attached = async (): Promise<NonNullable<typeof current>> => {
    if (!current) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(unavailable()), ATTACH_TIMEOUT_MS);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    if (!current) throw unavailable();
    return current;
  };

  const call = async (method: string, parameters: unknown[]): Promise<unknown> => {
    const remote = await attached();
    const moving = parameters.flatMap((parameter) => transfers.get(parameter as object) ?? []);
    // Not a race against `closed`: that promise lives as long as the thread and would hold on to every reply until then.
    const reply = await new Promise<Reply>((resolve, reject) => {
      const settle = (done: () => void): void => {
        remote.pending.delete(reject);
        done();
      };
      remote.pending.add(reject);
      remote.call(method, Comlink.transfer(parameters, moving)).then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error)),
      );
    });
    if (!reply.ok) throw errorFromValue(reply.error);
    return reply.value;
  };

  const api = new Proxy(
    {},
    {
      get: (_, method) =>
        // A proxy that answers `then` would be taken for a promise.
        typeof method === 'string' && method !== 'then'
          ? (...parameters: unknown[]) => call(method, parameters)
          : undefined,
    },
  ) as T;

  return {
    api,
    attach(endpoint, closed) {
      const remote = {
        call: Comlink.wrap<RemoteCall>(endpoint) as unknown as RemoteCall,
        pending: new Set<(error: SpoorError) => void>(),
      };
      current = remote;
      void closed.then(() => {
        if (current === remote) current = null;
        for (const reject of remote.pending) reject(unavailable());
        remote.pending.clear();
      });
      for (const wake of waiting) wake();
      waiting = [];
    },
  };
}
