/** What the writers of the three signals share. */
import type { EdgeFinder } from './edge-finder';
import type { InternedIds } from './interned';
import type { PartIds } from './part-ids';
import type { PayloadCodec, PayloadNumbers } from './payloads';
import type { RecordPartitions } from './record-partitions';
import type { SpanBlocks } from './span-blocks';
import type { StoredSpans } from './stored-spans';

export interface WriterState {
  readonly workspaceId: number;
  readonly codec: PayloadCodec;
  readonly interned: InternedIds;
  readonly partIds: PartIds;
  readonly payloadNumbers: PayloadNumbers;
  readonly blocks: SpanBlocks;
  readonly edges: EdgeFinder;
  readonly stored: StoredSpans;
  /** Of logs and of metric points. */
  readonly partitions: RecordPartitions;
}

export interface AppendResult {
  /** Records that this batch added. */
  readonly stored: number;
  /** Records that were there already, or twice in the batch. */
  readonly duplicates: number;
}
