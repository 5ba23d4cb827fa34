/** What the writers of the three signals share. */

import type { EdgeFinder } from '../blocks/edge-finder';
import type { LogBlocks } from '../blocks/log-blocks';
import type { RecordPartitions } from '../blocks/record-partitions';
import type { SpanBlocks } from '../blocks/span-blocks';
import type { Answers } from '../calls/answers';
import type { InternedIds } from '../dictionary/interned';
import type { PartIds } from '../dictionary/part-ids';
import type { PayloadCodec, PayloadNumbers } from '../payloads/payloads';
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
  readonly answers: Answers;
  readonly logBlocks: LogBlocks;
  /** Of logs and of metric points. */
  readonly partitions: RecordPartitions;
}

export interface AppendResult {
  /** Records that this batch added. */
  readonly stored: number;
  /** Records that were there already, or twice in the batch. */
  readonly duplicates: number;
}
