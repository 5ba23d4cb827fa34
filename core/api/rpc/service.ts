/**
 * Calls between threads, processes and sockets. A service is an object of async methods. Every call settles: with the value, with
 * the error as a value that keeps its code, or because it or its answer could not be carried. A link outlives the thread behind it:
 * when that dies, calls in flight reject with SERVICE_UNAVAILABLE and later calls wait for its successor.
 *
 * A parameter may be an AbortSignal. The method gets one of its own in that place, which aborts when the caller's does, or when the
 * caller is gone; the call of whoever aborts rejects at once with the signal's reason.
 */
import { errorFromValue, errorValueOf, SpoorError } from '../../model/errors';
import { type Call, type Channel, isBroken, isCall, isCancel, isLost, isReply, type Reply, unsayable } from './channel';

// biome-ignore lint/suspicious/noExplicitAny: a method's parameters are contravariant; only `any` admits every service.
type AsyncMethod = (...parameters: any[]) => Promise<unknown>;
export type Service<T> = { readonly [K in keyof T]: AsyncMethod };

/** Methods that may be called. A number: which parameter is a signal, whatever the caller says of it. */
type MethodTable = Readonly<Record<string, true | number>>;

export interface ServeOptions {
  /** Without it all that the service has, which is for threads of ours. */
  readonly methods?: MethodTable | undefined;
  /** Names the buffers of a reply that move instead of being copied. */
  readonly transfer?: ((value: unknown) => Transferable[]) | undefined;
  /** Calls that may be under way at once; more are refused. */
  readonly maxCalls?: number | undefined;
  /** Methods that wait for something to happen: they are given up, not waited for, where a server ends. */
  readonly waits?: readonly string[] | undefined;
  /** Resolves when the caller is gone: signals of what it asked abort. */
  readonly closed?: Promise<unknown> | undefined;
}

export interface Served {
  /** Refuses further calls. Resolves when those under way are answered. */
  drain(): Promise<void>;
}

/** Serves `service` on a channel. */
export function serve<T extends Service<T>>(service: T, channel: Channel, options: ServeOptions = {}): Served {
  const { transfer = () => [], maxCalls = Number.POSITIVE_INFINITY, waits = [] } = options;
  const methods = methodsOf(service, options.methods);
  const signals = new Map<number, { readonly method: string; readonly controller: AbortController }>();
  let underWay = 0;
  let answering = 0;
  let drained: (() => void) | null = null;
  const run = async ({ call, method, parameters, signal }: Call): Promise<unknown> => {
    const found = methods.get(method);
    if (!found) throw new SpoorError('NOT_FOUND', `There is no method ${method.slice(0, 100)}.`);
    if (drained) throw ending();
    if (underWay >= maxCalls) {
      throw new SpoorError('RATE_LIMITED', `No more than ${maxCalls} calls may wait at once; wait for some of them.`);
    }
    underWay++;
    try {
      const at = options.methods ? found.signal : signal;
      if (at === undefined) return await found.run(...parameters);
      if (at > MAX_SIGNAL_AT) throw new SpoorError('VALIDATION_ERROR', 'No method takes so many parameters.');
      const controller = new AbortController();
      signals.set(call, { method, controller });
      const given = [...parameters];
      given[at] = controller.signal;
      return await found.run(...given);
    } finally {
      underWay--;
      signals.delete(call);
    }
  };
  const answer = (reply: Reply, moving: Transferable[]): void => {
    try {
      channel.send(reply, moving);
    } catch (error) {
      channel.send(unsayable(reply.reply, error), []);
    }
  };
  const refuse = (reply: number, error: unknown): void => answer({ reply, ok: false, error: errorValueOf(error) }, []);
  channel.listen(
    (message) => {
      if (isCall(message)) {
        const reply = message.call;
        answering++;
        run(message)
          .then(
            (value) => {
              try {
                answer({ reply, ok: true, value }, transfer(value));
              } catch (error) {
                refuse(reply, error);
              }
            },
            (error: unknown) => refuse(reply, error),
          )
          .finally(() => {
            if (--answering === 0) drained?.();
          });
      } else if (isCancel(message)) {
        signals.get(message.cancel)?.controller.abort();
      } else if (isBroken(message) && 'call' in message) {
        refuse(message.call, new SpoorError('VALIDATION_ERROR', `The call could not be read: ${message.broken}`));
      }
    },
    (error) => channel.send({ lost: error.message }, []),
  );
  void options.closed?.then(() => {
    for (const { controller } of signals.values()) controller.abort();
  });
  return {
    drain: () =>
      new Promise((resolve) => {
        drained = resolve;
        for (const { method, controller } of signals.values()) if (waits.includes(method)) controller.abort(ending());
        if (answering === 0) resolve();
      }),
  };
}

const ending = (): SpoorError => new SpoorError('SERVICE_UNAVAILABLE', 'Spoor is ending; try again when it runs.');

/** A method with a signal further behind does not exist, and a list with such a hole would be large. */
const MAX_SIGNAL_AT = 16;

interface Method {
  readonly run: AsyncMethod;
  readonly signal?: number | undefined;
}

/** By name, of the object and of what its class and those above it define. */
function methodsOf<T extends Service<T>>(service: T, allowed: MethodTable | undefined): Map<string, Method> {
  const methods = new Map<string, Method>();
  const own = service as unknown as Record<string, unknown>;
  const add = (name: string, signal?: number): void => {
    const value = name === 'constructor' ? undefined : own[name];
    if (typeof value !== 'function' || methods.has(name)) return;
    methods.set(name, { run: (value as AsyncMethod).bind(service), signal });
  };
  if (allowed) for (const [name, at] of Object.entries(allowed)) add(name, at === true ? undefined : at);
  else {
    for (let level: object = service; level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
      for (const name of Object.getOwnPropertyNames(level)) add(name);
    }
  }
  return methods;
}

export interface Link<T> {
  /** The service behind the link; every method may reject with SERVICE_UNAVAILABLE. */
  readonly api: T;
  /** Points the link at a (new) thread. `closed` resolves when it is gone. */
  attach(channel: Channel, closed: Promise<void>): void;
}

/** How long a call waits for a thread that is starting again. */
const ATTACH_TIMEOUT_MS = 15_000;

const transfers = new WeakMap<object, Transferable[]>();

/** Marks a parameter whose buffers move to the other side with the call; here they are empty afterwards. */
export function transferring<T extends object>(value: T, buffers: Transferable[]): T {
  transfers.set(value, buffers);
  return value;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Stops listening to the caller's signal. */
  readonly release: () => void;
}

/** The other side of a channel, with the calls that it has not answered. */
class Remote {
  private readonly waiting = new Map<number, Waiting>();
  private calls = 0;
  private ended: SpoorError | null = null;

  constructor(private readonly channel: Channel) {
    channel.listen(
      (message) => {
        if (isReply(message)) this.settle(message);
        else if (isLost(message)) this.giveUp(unreadable(message.lost));
        else if (isBroken(message) && 'reply' in message) {
          this.take(message.reply)?.reject(unreadable(message.broken));
        }
      },
      // It may have been the answer to any of them.
      (error) => this.giveUp(unreadable(error.message)),
    );
  }

  call(method: string, parameters: readonly unknown[]): Promise<unknown> {
    // What is sent to a side that is gone is dropped in silence.
    if (this.ended) return Promise.reject(this.ended);
    const at = parameters.findIndex(isSignal);
    const signal = at < 0 ? null : (parameters[at] as AbortSignal);
    if (signal?.aborted) return Promise.reject(signal.reason);
    const moving = parameters.flatMap((parameter) => transfers.get(parameter as object) ?? []);
    return new Promise((resolve, reject) => {
      const call = ++this.calls;
      const cancel = (): void => {
        this.take(call)?.reject(signal?.reason);
        this.channel.send({ cancel: call }, []);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.waiting.set(call, { resolve, reject, release: () => signal?.removeEventListener('abort', cancel) });
      try {
        this.channel.send(
          signal ? { call, method, parameters: parameters.with(at, null), signal: at } : { call, method, parameters },
          moving,
        );
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        this.take(call)?.reject(new SpoorError('VALIDATION_ERROR', `The call could not be carried: ${why}`));
      }
    });
  }

  /** Nothing more will be answered. */
  end(error: SpoorError): void {
    this.ended = error;
    this.giveUp(error);
  }

  private giveUp(error: SpoorError): void {
    for (const call of [...this.waiting.keys()]) this.take(call)?.reject(error);
  }

  private settle(reply: Reply): void {
    const one = this.take(reply.reply);
    if (reply.ok) one?.resolve(reply.value);
    else one?.reject(errorFromValue(reply.error));
  }

  private take(call: number): Waiting | undefined {
    const one = this.waiting.get(call);
    this.waiting.delete(call);
    one?.release();
    return one;
  }
}

export function createLink<T extends Service<T>>(name: string): Link<T> {
  let current: Remote | null = null;
  let waiting: (() => void)[] = [];
  const unavailable = (): SpoorError =>
    new SpoorError('SERVICE_UNAVAILABLE', `The ${name} stopped and is starting again. Try once more.`);

  const attached = async (): Promise<Remote> => {
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

  const api = new Proxy(
    {},
    {
      get: (_, method) =>
        // A proxy that answers `then` would be taken for a promise.
        typeof method === 'string' && method !== 'then'
          ? async (...parameters: unknown[]) => (await attached()).call(method, parameters)
          : undefined,
    },
  ) as T;

  return {
    api,
    attach(channel, closed) {
      const remote = new Remote(channel);
      current = remote;
      void closed.then(() => {
        if (current === remote) current = null;
        remote.end(unavailable());
      });
      for (const wake of waiting) wake();
      waiting = [];
    },
  };
}

const isSignal = (value: unknown): value is AbortSignal => value instanceof AbortSignal;

function unreadable(why: string): SpoorError {
  return new SpoorError('INTERNAL_ERROR', `The answer could not be read: ${why}`);
}
