/**
 * In which trace an answer of a provider was told first: an instrumentation that knows of no trace tells the same call once more in one of its
 * own. Remembered by the provider's id of the answer, for the newest; what came in the hour before is read when Spoor starts.
 */
import { isSame, type TracedCall, type TraceSpan } from '../../model/counted-calls';
import { decodeRows, INT8, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const MAX_ANSWERS = 50_000;
const LOOK_BACK_NS = 3_600_000_000_000n;

interface Told {
  readonly traceId: string;
  readonly call: TracedCall;
}

const ROW = {
  trace_id: TEXT,
  response: INT8,
  start_ns: INT8,
  model: orNull(TEXT),
  input: orNull(INT8),
  output: orNull(INT8),
};

export class Answers {
  private readonly told = new Map<bigint, Told>();
  private isRead = false;

  constructor(private readonly workspaceId: number) {}

  rolledBack(): void {
    this.told.clear();
    this.isRead = false;
  }

  async prepare(tx: SqlClient, traces: ReadonlyMap<string, readonly TraceSpan[]>): Promise<void> {
    if (this.isRead) return;
    let first: bigint | null = null;
    for (const spans of traces.values()) {
      for (const { call } of spans) {
        if (call && call.response !== null && (first === null || call.startNs < first)) first = call.startNs;
      }
    }
    if (first === null) return;
    this.isRead = true;
    const rows = await tx.query(
      `select replace(c.trace_id::text, '-', '') as trace_id, c.response, c.start_ns, k.model, c.input_tokens as input,
         c.output_tokens as output
       from model_call c join model_call_kind k on k.workspace_id = c.workspace_id and k.id = c.kind_id
       where c.workspace_id = $1 and c.response is not null and not c.is_repeat and c.start_ns between $2 and $3
       order by c.start_ns limit ${MAX_ANSWERS}`,
      [this.workspaceId, first - LOOK_BACK_NS, first + LOOK_BACK_NS],
    );
    for (const { trace_id, response, start_ns, model, input, output } of decodeRows(ROW, rows)) {
      const tokens = (count: bigint | null): number | null => (count === null ? null : Number(count));
      this.add(trace_id, {
        isEmbedding: false,
        startNs: start_ns,
        endNs: start_ns,
        model,
        input: tokens(input),
        output: tokens(output),
        response,
        source: '',
      });
    }
  }

  /** Whether another trace told it before. */
  isTold(traceId: string, call: TracedCall): boolean {
    if (call.response === null) return false;
    const told = this.told.get(call.response);
    return told !== undefined && told.traceId !== traceId && isSame(told.call, call);
  }

  add(traceId: string, call: TracedCall): void {
    if (call.response === null) return;
    const told = this.told.get(call.response);
    if (told && (told.traceId === traceId || isSame(told.call, call))) return;
    this.told.set(call.response, { traceId, call });
    if (this.told.size <= MAX_ANSWERS) return;
    for (const [oldest] of this.told) {
      this.told.delete(oldest);
      break;
    }
  }
}
