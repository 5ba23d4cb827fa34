/**
 * Adds up rate, errors and durations: what closed blocks say by operation and minute, a few blocks a statement, less what deleted
 * traces add to it; and the spans of blocks that are open. Of very many operations, a first pass finds those that an answer names.
 */
import type { RedGroup, RedMetrics, RedQuery } from '../../api/service-metrics';
import { isRequest } from '../../model/request';
import { STATUS_ERROR, spanKindName } from '../../model/span-kind';
import { NS_PER_MINUTE } from '../../model/time';
import type { SPAN_OF_EDGE } from '../blocks/block-edges';
import { IdSet } from '../dictionary/id-set';
import { Pace } from '../sql/pace';
import { decodeRows, INT4, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { Busiest } from './busiest';
import { eachOperationMinute, type MinuteOfOperation, type OperationFacts } from './operation-minutes';
import { type Named, namedAtMost, RedTallies, type TalliedGroup, type TalliedOperation } from './red-tallies';

/** Operations that are held each for itself, and these times steps. */
const MAX_OPERATIONS = 2_000;
const MAX_HELD = 120_000;
/** Blocks of one statement: each has as many rows as spans, where no two spans are of one operation and minute. */
const FIRST_BLOCKS = 8;
const MOST_BLOCKS = 64;

/** Of an int8. */
const MAX_NS = 2n ** 63n - 1n;

/** Since the epoch; `to` exclusive. */
export interface Minutes {
  readonly from: number;
  readonly to: number;
}

export interface OpenSpans {
  readonly blocks: readonly number[];
  readonly spans: readonly RowOf<typeof SPAN_OF_EDGE>[];
}

interface RedRange extends Minutes {
  /** Minutes of a step. */
  readonly step: number;
  /** SQL of an int4[]; null: all. */
  readonly deployments: string | null;
  /** The only one that is counted; null: all. */
  readonly serviceId: number | null;
  /** Read before: a block that is closed meanwhile is counted by its spans. */
  readonly open: OpenSpans;
}

/** A row of a block, or a span of an open one. */
interface Counted extends TalliedOperation {
  readonly minute: number;
  spans: number;
  readonly errors: number;
}

export class RedReader {
  private readonly steps: number;
  /** All operations; null: they are many. */
  private known: ReadonlyMap<number, OperationFacts> | null = null;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly groupBy: NonNullable<RedQuery['groupBy']>,
    private readonly range: RedRange,
  ) {
    this.steps = Math.max(1, Math.ceil((range.to - range.from) / range.step));
  }

  async read(): Promise<Pick<RedMetrics, 'total' | 'groups' | 'other'>> {
    const blocks = await this.closedBlocks();
    const open = await this.openRows();
    this.known = await this.readFew();
    const named = this.known ? null : await this.nameBusiest(blocks, open);
    const tallies = new RedTallies(this.steps, this.groupBy, named);
    const tallyOf = (row: Counted) => tallies.of(row, Math.floor((row.minute - this.range.from) / this.range.step));
    const add = (row: MinuteOfOperation): void => {
      const tally = tallyOf(row);
      if (!tally) return;
      tally.spans += row.spans;
      tally.errors += row.errors;
      tally.sketch.mergeEncoded(row.sketch, row.sign);
    };
    await this.eachMinute(blocks, add);
    await this.eachDeleted(blocks, add);
    for (const row of open) {
      const tally = tallyOf(row);
      if (!tally) continue;
      tally.spans++;
      tally.errors += row.errors;
      tally.sketch.add(row.durationNs);
    }
    const { total, groups, other } = tallies.answer();
    return { total, groups: await this.withNames(groups), other };
  }

  /** Of blocks that are closed, all are there: they were read before. */
  private async readFew(): Promise<ReadonlyMap<number, OperationFacts> | null> {
    const few = Math.min(MAX_OPERATIONS, Math.max(namedAtMost(this.steps), Math.floor(MAX_HELD / this.steps)));
    const rows = decodeRows(
      { id: INT4, kind: INT4, service_id: INT4 },
      await this.sql.query(
        `select id, kind::int4 as kind, service_id from operation
         where workspace_id = $1 and ($2::int4 is null or service_id = $2) limit ${few + 1}`,
        [this.workspaceId, this.range.serviceId],
      ),
    );
    if (rows.length > few) return null;
    return new Map(rows.map(({ id, kind, service_id }) => [id, { kind, serviceId: service_id }]));
  }

  private async nameBusiest(blocks: readonly number[], open: readonly Counted[]): Promise<Named> {
    const byService = this.groupBy === 'service';
    const [serving, seen] = [new IdSet(), new IdSet()];
    const [ofServing, ofAll] = [new Busiest(), new Busiest()];
    const count = (row: Counted): void => {
      const id = byService ? row.serviceId : row.operationId;
      seen.add(id);
      ofAll.add(id, row.spans);
      if (!isRequest(row.kind, row.isRoot)) return;
      serving.add(row.serviceId);
      ofServing.add(id, row.spans);
    };
    // Of operations with deleted spans nothing may be left.
    const lessDeleted = new Map<string, Counted>();
    const keyOf = ({ operationId, isRoot }: Counted): string => `${operationId} ${isRoot}`;
    const add = (row: Counted): void => {
      const less = lessDeleted.get(keyOf(row));
      if (less) less.spans += row.spans;
      else count(row);
    };
    await this.eachDeleted(blocks, (row) => {
      const less = lessDeleted.get(keyOf(row));
      if (less) less.spans += row.spans;
      else lessDeleted.set(keyOf(row), { ...row });
    });
    await this.eachMinute(blocks, add);
    for (const row of open) add(row);
    for (const row of lessDeleted.values()) if (row.spans > 0) count(row);
    const busiest = byService
      ? [...ofServing.sorted(), ...ofAll.sorted().filter(([id]) => !serving.has(id))]
      : ofAll.sorted();
    const ids = new Set(busiest.slice(0, namedAtMost(this.steps)).map(([id]) => id));
    return { ids, count: seen.size };
  }

  private async eachMinute(blocks: readonly number[], use: (row: MinuteOfOperation) => void): Promise<void> {
    const pace = new Pace(FIRST_BLOCKS, MOST_BLOCKS);
    for (let at = 0; at < blocks.length; ) {
      const some = blocks.slice(at, at + pace.next);
      at += some.length;
      await pace.timed(() =>
        eachOperationMinute(this.sql, this.workspaceId, 'operation_minute', this.within(some), this.known, use),
      );
    }
  }

  private async eachDeleted(blocks: readonly number[], use: (row: MinuteOfOperation) => void): Promise<void> {
    const closed = new Set(blocks);
    await eachOperationMinute(this.sql, this.workspaceId, 'deleted_minute', this.within(null), this.known, (row) => {
      if (closed.has(row.blockId)) use(row);
    });
  }

  /** SQL over rows `m` of operations by minute. @param blocks null: all */
  private within(blocks: readonly number[] | null): string {
    const { from, to, deployments, serviceId } = this.range;
    // By its blocks, where they are given: an index over minutes would find all blocks each time.
    const minute = blocks ? '(m.minute + 0)' : 'm.minute';
    const conditions = [`${minute} >= ${from} and ${minute} < ${to}`];
    if (blocks) conditions.push(`m.block_id = any('{${blocks.join(',')}}'::int4[])`);
    if (serviceId !== null) {
      const operations = `select id from operation where workspace_id = ${this.workspaceId} and service_id = ${serviceId}`;
      conditions.push(`m.operation_id in (${operations})`);
    }
    if (deployments) conditions.push(`m.deployment_id = any(${deployments})`);
    return conditions.join(' and ');
  }

  /** Those that may have spans in the range. A minute before the epoch is rounded up. */
  private async closedBlocks(): Promise<number[]> {
    const { from, to, open } = this.range;
    const rows = await this.sql.query(
      `select id from span_block where workspace_id = $1 and closed and last_start_ns >= $2 and first_start_ns <= $3
         and id <> all($4::int4[]) order by id`,
      [this.workspaceId, storableNs(from - 1), storableNs(to), open.blocks],
    );
    return decodeRows({ id: INT4 }, rows).map(({ id }) => id);
  }

  private async openRows(): Promise<(Counted & { readonly durationNs: number })[]> {
    const { from, to, open, serviceId } = this.range;
    const ids = [...new Set(open.spans.map(({ operation_id }) => operation_id))];
    const rows = await this.sql.query(
      'select id, kind::int4 as kind, service_id from operation where workspace_id = $1 and id = any($2::int4[])',
      [this.workspaceId, ids],
    );
    const operations = new Map(
      decodeRows({ id: INT4, kind: INT4, service_id: INT4 }, rows).map((row) => [row.id, row] as const),
    );
    return open.spans.flatMap(({ operation_id, parent_span_id, start_ns, duration_ns, status }) => {
      const operation = operations.get(operation_id);
      const minute = Number(start_ns / NS_PER_MINUTE);
      if (!operation || minute < from || minute >= to) return [];
      const { kind, service_id } = operation;
      if (serviceId !== null && service_id !== serviceId) return [];
      const errors = status === STATUS_ERROR ? 1 : 0;
      const durationNs = Number(duration_ns);
      const isRoot = parent_span_id === null;
      return [{ operationId: operation_id, serviceId: service_id, kind, isRoot, minute, spans: 1, errors, durationNs }];
    });
  }

  private async withNames(groups: readonly TalliedGroup[]): Promise<RedGroup[]> {
    const rows = await this.sql.query(
      `select o.id, o.name, s.name as service from operation o join service s on s.id = o.service_id
       where o.workspace_id = $1 and o.id = any($2::int4[])`,
      [this.workspaceId, groups.map(({ operation }) => operation.operationId)],
    );
    const names = new Map(decodeRows({ id: INT4, name: TEXT, service: TEXT }, rows).map((row) => [row.id, row]));
    return groups.map(({ operation, series }): RedGroup => {
      const { name = '', service = '' } = names.get(operation.operationId) ?? {};
      return this.groupBy === 'service'
        ? { service, operation: null, kind: null, ...series }
        : { service, operation: name, kind: spanKindName(operation.kind), ...series };
    });
  }
}

/** A minute may begin or end beyond the times that SQL holds. */
function storableNs(minute: number): bigint {
  const ns = BigInt(minute) * NS_PER_MINUTE;
  return ns > MAX_NS ? MAX_NS : ns < -MAX_NS ? -MAX_NS : ns;
}
