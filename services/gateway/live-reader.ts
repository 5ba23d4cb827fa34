/** A stream as its reader sees it: what waits for a slow one is bounded, and what it missed is told. */
export interface LiveMessage {
  /** `update`: more spans of a trace that was told before. `missed`: so many were not told. */
  readonly event: 'trace' | 'update' | 'missed';
  readonly id: string;
  /** As JSON. */
  readonly data: string;
}

const MAX_UNREAD_CHARACTERS = 1024 * 1024;

export class LiveReader {
  private readonly unread: LiveMessage[] = [];
  private unreadCharacters = 0;
  private missed = 0;
  private isAlive = false;
  private failure: { readonly error: unknown } | null = null;
  private closed = false;
  private wake: () => void = () => {};

  constructor(
    private readonly onClose: () => void,
    private readonly limit = MAX_UNREAD_CHARACTERS,
  ) {}

  tell(message: LiveMessage): void {
    // Those that came first are told, and then how many did not fit: no gap is without a note of it.
    if (this.missed > 0 || this.unreadCharacters + message.data.length > this.limit) this.missed++;
    else {
      this.unread.push(message);
      this.unreadCharacters += message.data.length;
    }
    this.wake();
  }

  alive(): void {
    this.isAlive = true;
    this.wake();
  }

  fail(error: unknown): void {
    this.failure = { error };
    this.wake();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.onClose();
    this.wake();
  }

  /** Ends when it is closed. Null: nothing happened for a while. @throws what ended the stream */
  async *messages(): AsyncGenerator<LiveMessage | null> {
    while (!this.closed) {
      const message = this.unread.shift();
      if (message) {
        this.unreadCharacters -= message.data.length;
        yield message;
      } else if (this.missed > 0) {
        const traces = this.missed;
        this.missed = 0;
        yield { event: 'missed', id: '', data: JSON.stringify({ traces }) };
      } else if (this.failure) throw this.failure.error;
      else if (this.isAlive) {
        this.isAlive = false;
        yield null;
      } else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
  }
}
