/** How much a sender may send, where somebody says so. */
export interface SenderLimit {
  /** A request comes, and nothing of it is read yet. @throws SpoorError RATE_LIMITED */
  begin(): Promise<void>;
  /** It is here, and so long unpacked; nothing of it is stored yet. @throws SpoorError RATE_LIMITED */
  arrived(bytes: number): Promise<void>;
}

export const UNLIMITED: SenderLimit = { begin: async () => {}, arrived: async () => {} };
