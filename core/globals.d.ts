/** What core uses of its host: the little that browsers, worker threads and servers have in common. Only core is compiled with it. */

interface EventTarget {
  addEventListener(type: string, listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: string, listener: () => void): void;
}

declare class AbortSignal implements EventTarget {
  static any(signals: readonly AbortSignal[]): AbortSignal;
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: string, listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: string, listener: () => void): void;
}

interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare const AbortController: new () => AbortController;

interface TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, target: Uint8Array): { readonly read: number; readonly written: number };
}
declare const TextEncoder: new () => TextEncoder;

interface TextDecoder {
  decode(bytes?: ArrayBufferView | ArrayBuffer, options?: { readonly stream?: boolean }): string;
}
declare const TextDecoder: new (
  label?: string,
  options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean },
) => TextDecoder;

interface URL {
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly hostname: string;
  readonly origin: string;
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}
declare const URL: new (url: string, base?: string) => URL;

declare class MessagePort implements EventTarget {
  addEventListener(type: string, listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: string, listener: () => void): void;
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
}
type Transferable = ArrayBuffer | MessagePort;

declare const performance: { now(): number };
declare function setTimeout(run: (...none: never[]) => void, ms: number): number;
declare function clearTimeout(timer: number): void;
declare function atob(encoded: string): string;
declare function btoa(bytes: string): string;
