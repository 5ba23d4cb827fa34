/** What the writers of the three signals share. */
import type { InternedIds } from './interned';
import type { PartIds } from './part-ids';
import type { PayloadCodec, PayloadNumbers } from './payloads';
import type { SpanBlocks } from './span-blocks';

export interface WriterState {
  readonly workspaceId: number;
  readonly codec: PayloadCodec;
  readonly interned: InternedIds;
  readonly partIds: PartIds;
  readonly payloadNumbers: PayloadNumbers;
  readonly blocks: SpanBlocks;
}

export interface AppendResult {
  /** Records that this batch added. */
  readonly stored: number;
  /** Records that were there already, or twice in the batch. */
  readonly duplicates: number;
}
