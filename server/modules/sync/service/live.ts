/** Wakes replicas when something happened in their workspace: server-sent events that say nothing but that. */
import type { ServerDatabase } from '../../../adapters/database';
import { EVENTS } from '../../../events/event';

const KEEP_ALIVE_MS = 20_000;
/** Of one workspace, and of one key or account there; who is beyond asks from time to time. */
const MAX_LISTENERS = 500;
const MAX_OF_ONE = 50;
const MAX_UNREAD = 16;
const encoder = new TextEncoder();
const CHANGED = encoder.encode('event: changed\ndata: {}\n\n');
const ALIVE = encoder.encode(': \n\n');

interface Listener {
  readonly who: string;
  readonly stream: ReadableStreamDefaultController<Uint8Array>;
}

export class LiveChanges {
  private readonly listeners = new Map<number, Set<Listener>>();
  private timer: NodeJS.Timeout | null = null;

  async start(database: Pick<ServerDatabase, 'listen'>): Promise<void> {
    this.timer = setInterval(() => this.tell(null, ALIVE), KEEP_ALIVE_MS);
    this.timer.unref();
    await database.listen(EVENTS, (payload) => this.tell(payload === '' ? null : Number(payload), CHANGED));
  }

  /**
   * @param who the key or account that listens
   * @param until epoch milliseconds: then it has to ask anew, with a token that is good. Null: there are too many.
   */
  follow(workspaceId: number, who: string, until: number): Response | null {
    const ofWorkspace = this.listeners.get(workspaceId) ?? new Set();
    if (ofWorkspace.size >= MAX_LISTENERS) return null;
    let own = 0;
    for (const listener of ofWorkspace) if (listener.who === who) own++;
    if (own >= MAX_OF_ONE) return null;
    this.listeners.set(workspaceId, ofWorkspace);
    let listener: Listener | null = null;
    let ending: NodeJS.Timeout | undefined;
    const stop = (): void => {
      clearTimeout(ending);
      if (listener) ofWorkspace.delete(listener);
      if (ofWorkspace.size === 0) this.listeners.delete(workspaceId);
    };
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        listener = { who, stream: controller };
        ofWorkspace.add(listener);
        controller.enqueue(CHANGED);
        if (!Number.isFinite(until)) return;
        ending = setTimeout(() => {
          stop();
          controller.close();
        }, until - Date.now());
        ending.unref();
      },
      cancel: stop,
    });
    const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };
    return new Response(stream, { headers });
  }

  close(): void {
    if (this.timer) clearInterval(this.timer);
    for (const listeners of this.listeners.values()) for (const { stream } of listeners) stream.close();
    this.listeners.clear();
  }

  private tell(workspaceId: number | null, message: Uint8Array): void {
    const told = workspaceId === null ? [...this.listeners.values()] : [this.listeners.get(workspaceId) ?? new Set()];
    for (const listeners of told) {
      for (const { stream } of listeners) {
        // Who does not read has enough to read.
        if ((stream.desiredSize ?? 0) > -MAX_UNREAD) stream.enqueue(message);
      }
    }
  }
}
