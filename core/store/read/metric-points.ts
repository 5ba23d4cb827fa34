/** Reads the points of many series, series by series, up to as many as an answer may read. */

import { type ReadPoint, readPoint } from '../../metrics/read-point';
import { METRIC_KINDS, type MetricKind } from '../../model/metric-batch';
import { BYTEA, decodeRows, FLOAT8, INT4, INT8, oneOf, orNull, type RowOf } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const POINT_ROW = {
  series_id: INT4,
  time_ns: INT8,
  start_ns: INT8,
  int_value: orNull(INT8),
  double_value: orNull(FLOAT8),
  rest: BYTEA,
};
const COLUMNS = 'p.series_id, p.time_ns, p.start_ns, p.int_value, p.double_value, p.rest';
/** Series of one statement, and points of one. */
const SERIES_A_STATEMENT = 100;
const POINTS_A_STATEMENT = 50_000;

export interface PointRange {
  readonly fromNs: bigint;
  /** Exclusive. */
  readonly toNs: bigint;
  /** Times are given since then. */
  readonly originNs: bigint;
  readonly mostPoints: number;
}

export interface PointsRead {
  readonly points: number;
  readonly series: number;
  /** There are more, which were not read. */
  readonly truncated: boolean;
}

/** @param use is given the points of a series, in order of time; of the last one, where that was too many, the first of them */
export async function eachSeries(
  sql: SqlClient,
  workspaceId: number,
  kind: MetricKind,
  ids: readonly number[],
  { fromNs, toNs, originNs, mostPoints }: PointRange,
  use: (seriesId: number, points: readonly ReadPoint[]) => void,
): Promise<PointsRead> {
  let points = 0;
  let series = 0;
  for (let at = 0; at < ids.length; at += SERIES_A_STATEMENT) {
    const some = ids.slice(at, at + SERIES_A_STATEMENT);
    let after: { readonly series: number; readonly timeNs: bigint } | null = null;
    let held: { readonly id: number; readonly points: ReadPoint[] } | null = null;
    for (;;) {
      const rows: RowOf<typeof POINT_ROW>[] = decodeRows(
        POINT_ROW,
        await sql.query(
          `select ${COLUMNS} from metric_point p
           where p.workspace_id = $1 and p.series_id = any($2::int4[]) and p.time_ns >= $3 and p.time_ns < $4
             and ($5::int4 is null or (p.series_id, p.time_ns) > ($5, $6::int8))
           order by p.series_id, p.time_ns limit ${POINTS_A_STATEMENT}`,
          [
            workspaceId,
            after === null ? some : some.filter((id) => id >= (after?.series ?? 0)),
            fromNs,
            toNs,
            after?.series ?? null,
            after?.timeNs ?? null,
          ],
        ),
      );
      for (const row of rows) {
        if (held !== null && held.id !== row.series_id) {
          use(held.id, held.points);
          series++;
          held = null;
        }
        held ??= { id: row.series_id, points: [] };
        held.points.push(pointOf(kind, row, originNs));
        points++;
        if (points >= mostPoints) {
          use(held.id, held.points);
          return { points, series: series + 1, truncated: true };
        }
      }
      const last = rows.at(-1);
      if (!last || rows.length < POINTS_A_STATEMENT) break;
      after = { series: last.series_id, timeNs: last.time_ns };
    }
    if (held !== null) {
      use(held.id, held.points);
      series++;
    }
  }
  return { points, series, truncated: false };
}

const ENDS_ROW = { ...POINT_ROW, kind: oneOf(METRIC_KINDS), first_ns: INT8 };

/** When the first and the newest point of these series were, and what the newest says; null: there is none. */
export async function endsOf(
  sql: SqlClient,
  workspaceId: number,
  ids: readonly number[],
): Promise<{ readonly firstNs: bigint; readonly lastNs: bigint; readonly last: ReadPoint } | null> {
  const [row] = decodeRows(
    ENDS_ROW,
    await sql.query(
      `with newest as (
         select p.* from unnest($2::int4[]) as i (id), lateral (
           select ${COLUMNS} from metric_point p
           where p.workspace_id = $1 and p.series_id = i.id order by p.time_ns desc limit 1) as p),
       first as (
         select min(p.time_ns) as first_ns from unnest($2::int4[]) as i (id), lateral (
           select p.time_ns from metric_point p
           where p.workspace_id = $1 and p.series_id = i.id order by p.time_ns limit 1) as p)
       select p.*, m.kind, f.first_ns from newest p join metric_series s on s.id = p.series_id join metric m on m.id = s.metric_id, first f
       order by p.time_ns desc limit 1`,
      [workspaceId, ids],
    ),
  );
  return row ? { firstNs: row.first_ns, lastNs: row.time_ns, last: pointOf(row.kind, row, row.time_ns) } : null;
}

function pointOf(kind: MetricKind, row: RowOf<typeof POINT_ROW>, originNs: bigint): ReadPoint {
  const { time_ns: timeNs, start_ns: startNs, int_value: int, double_value: double, rest } = row;
  return readPoint(kind, { timeNs, startNs, int, double, rest }, originNs);
}
