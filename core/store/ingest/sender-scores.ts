/** Scores that came with telemetry: rows of `score` whose source is the sender. */
import type { SentEvaluation } from '../../model/evaluation';
import type { SqlClient } from '../sql/sql-client';
import { clean } from '../sql/versioned-table';

export interface SenderScore extends SentEvaluation {
  /** 32 hex digits. */
  readonly traceId: string;
  /** As SQL stores it; null: of the trace. */
  readonly spanId: bigint | null;
}

export async function writeSenderScores(
  tx: SqlClient,
  workspaceId: number,
  scores: readonly SenderScore[],
): Promise<void> {
  if (scores.length === 0) return;
  await tx.execute(
    `insert into score (workspace_id, trace_id, span_id, name, value, label, comment, source)
     select $1, i.trace_id, i.span_id, i.name, i.value, i.label, i.comment, 'sender'
     from unnest($2::uuid[], $3::int8[], $4::text[], $5::float8[], $6::text[], $7::text[])
       as i (trace_id, span_id, name, value, label, comment)`,
    [
      workspaceId,
      scores.map(({ traceId }) => traceId),
      scores.map(({ spanId }) => spanId),
      scores.map(({ name }) => clean(name)),
      scores.map(({ score }) => score),
      scores.map(({ label }) => clean(label)),
      scores.map(({ explanation }) => clean(explanation ?? '')),
    ],
  );
}
