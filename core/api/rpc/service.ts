/**
 * Calls between threads, processes and sockets. A service is an object of async methods. Every call settles: with the value, with
 * the error as a value that keeps its code, or because it or its answer could not be carried. A link outlives the thread behind it:
 * when that dies, calls in flight reject with SERVICE_UNAVAILABLE and later calls wait for its successor.
 */
import { errorFromValue, errorValueOf, SpoorError } from '../errors';
import { type Channel, isBroken, isCall, isReply, type Reply, unsayable } from './channel';

// biome-ignore lint/suspicious/noExplicitAny: a method's parameters are contravariant; only `any` admits every service.
type AsyncMethod = (...parameters: any[]) => Promise<unknown>;
export type Service<T> = { readonly [K in keyof T]: AsyncMethod };

export interface ServeOptions {
  /** Which methods may be called; without it all that the service has, which is for threads of ours. */
  readonly methods?: readonly string[] | undefined;
  /** Names the buffers of a reply that move instead of being copied. */
  readonly transfer?: ((value: unknown) => Transferable[]) | undefined;
  /** Calls that may be under way at once; more are refused. */
  readonly maxCalls?: number | undefined;
}

/** Serves `service` on a channel. */
export function serve<T extends Service<T>>(service: T, channel: Channel, options: ServeOptions = {}): void {
  const { transfer = () => [], maxCalls = Number.POSITIVE_INFINITY } = options;
  const methods = methodsOf(service, options.methods);
  let underWay = 0;
  const run = async (method: string, parameters: readonly unknown[]): Promise<unknown> => {
    const found = methods.get(method);
    if (!found) throw new SpoorError('NOT_FOUND', `There is no method ${method.slice(0, 100)}.`);
    if (underWay >= maxCalls) {
      throw new SpoorError('RATE_LIMITED', `No more than ${maxCalls} calls may wait at once; wait for some of them.`);
    }
    underWay++;
    try {
      return await found(...parameters);
    } finally {
      underWay--;
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
        const { call: reply, method, parameters } = message;
        run(method, parameters).then(
          (value) => {
            try {
              answer({ reply, ok: true, value }, transfer(value));
            } catch (error) {
              refuse(reply, error);
            }
          },
          (error: unknown) => refuse(reply, error),
        );
      } else if (isBroken(message) && 'call' in message) {
        refuse(message.call, new SpoorError('VALIDATION_ERROR', `The call could not be read: ${message.broken}`));
      }
    },
    // Nobody can be answered who cannot be told apart.
    () => {},
  );
}

/** By name, of the object and of what its class and those above it define. */
function methodsOf<T extends Service<T>>(service: T, allowed: readonly string[] | undefined): Map<string, AsyncMethod> {
  const methods = new Map<string, AsyncMethod>();
  const own = service as unknown as Record<string, unknown>;
  const add = (name: string): void => {
    const value = name === 'constructor' ? undefined : own[name];
    if (typeof value === 'function' && !methods.has(name)) methods.set(name, (value as AsyncMethod).bind(service));
  };
  if (allowed) for (const name of allowed) add(name);
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
  readonly reject: (error: SpoorError) => void;
}

/** The other side of a channel, with the calls that it has not answered. */
class Remote {
  private readonly waiting = new Map<number, Waiting>();
  private calls = 0;

  constructor(private readonly channel: Channel) {
    channel.listen(
      (message) => {
        if (isReply(message)) this.settle(message);
        else if (isBroken(message) && 'reply' in message) {
          this.take(message.reply)?.reject(unreadable(message.broken));
        }
      },
      // It may have been the answer to any of them.
      (error) => this.giveUp(unreadable(error.message)),
    );
  }

  call(method: string, parameters: unknown[]): Promise<unknown> {
    const moving = parameters.flatMap((parameter) => transfers.get(parameter as object) ?? []);
    return new Promise((resolve, reject) => {
      const call = ++this.calls;
      this.waiting.set(call, { resolve, reject });
      try {
        this.channel.send({ call, method, parameters }, moving);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        this.take(call)?.reject(new SpoorError('VALIDATION_ERROR', `The call could not be carried: ${why}`));
      }
    });
  }

  giveUp(error: SpoorError): void {
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
        remote.giveUp(unavailable());
      });
      for (const wake of waiting) wake();
      waiting = [];
    },
  };
}

function unreadable(why: string): SpoorError {
  return new SpoorError('INTERNAL_ERROR', `The answer could not be read: ${why}`);
}
