/** Reads the points of many series, series by series, up to as many as an answer may read. */

import { PointReader, type ReadPoint, type StoredPoint } from '../../metrics/read-point';
import { METRIC_KINDS, type MetricKind } from '../../model/metric-batch';
import { WireReader } from '../../otlp/wire-reader';
import { CopyReader } from '../sql/copy-binary';
import { BYTEA, decodeRows, FLOAT8, INT8, oneOf, orNull } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const COLUMNS = 'p.time_ns, p.start_ns, p.int_value, p.double_value, p.rest';
/** Series of one statement, and points of one. */
const SERIES_A_STATEMENT = 1_000;
const POINTS_A_STATEMENT = 20_000;

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

/** How far one was read: up to a time, and so many points of that moment. */
interface Place {
  readonly at: number;
  readonly timeNs: bigint;
  readonly ofMoment: number;
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
  const reader = new PointReader(kind, originNs);
  let points = 0;
  let series = 0;
  let held: ReadPoint[] = [];
  const end = (at: number): void => {
    if (held.length === 0) return;
    use(ids[at] as number, held);
    series++;
    held = [];
  };
  for (let first = 0; first < ids.length; ) {
    const last = Math.min(first + SERIES_A_STATEMENT, ids.length);
    let after: Place | null = null;
    for (;;) {
      const from: number = after?.at ?? first;
      const most = Math.min(POINTS_A_STATEMENT, mostPoints - points);
      const some = ids.slice(from, last);
      // In the order of the index, one series after the other: the next statement goes on where this one ends, and sorts nothing.
      const bytes: Uint8Array = await sql.copyOut(
        `select i.at::int4, p.* from unnest('{${some.join(',')}}'::int4[]) with ordinality as i (id, at), lateral (
             select ${COLUMNS} from metric_point p where p.workspace_id = ${workspaceId} and p.series_id = i.id
               and p.time_ns >= ${after === null ? fromNs : `case i.at when 1 then ${after.timeNs} else ${fromNs} end`}
               and p.time_ns < ${toNs}
             order by p.time_ns offset ${after === null ? 0 : `case i.at when 1 then ${after.ofMoment} else 0 end`}) as p
           limit ${most}`,
      );
      const rows = new CopyReader(bytes);
      const rest = new WireReader(bytes);
      let count = 0;
      while (rows.next()) {
        const at: number = from + rows.int4() - 1;
        const row = pointOf(rows, rest);
        if (after !== null && after.at !== at) end(after.at);
        const isSameMoment: boolean = after !== null && after.at === at && after.timeNs === row.timeNs;
        after = { at, timeNs: row.timeNs, ofMoment: isSameMoment && after ? after.ofMoment + 1 : 1 };
        held.push(reader.read(row));
        count++;
        points++;
      }
      if (after !== null && points >= mostPoints) {
        end(after.at);
        return { points, series, truncated: true };
      }
      if (count < most) break;
    }
    if (after !== null) end(after.at);
    first = last;
  }
  return { points, series, truncated: false };
}

/** @param rest over the same bytes: one for all rows */
function pointOf(rows: CopyReader, rest: WireReader): StoredPoint {
  const point = {
    timeNs: rows.int8(),
    startNs: rows.int8(),
    int: rows.int8OrNull(),
    double: rows.float8OrNull(),
    rest,
  };
  rows.dataInto(rest);
  return point;
}

const ENDS_ROW = {
  time_ns: INT8,
  start_ns: INT8,
  int_value: orNull(INT8),
  double_value: orNull(FLOAT8),
  rest: BYTEA,
  kind: oneOf(METRIC_KINDS),
  first_ns: INT8,
};

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
         select p.*, i.id as series_id from unnest($2::int4[]) as i (id), lateral (
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
  if (!row) return null;
  const { kind, time_ns: timeNs, start_ns: startNs, int_value: int, double_value: double } = row;
  const last = new PointReader(kind, timeNs).read({ timeNs, startNs, int, double, rest: new WireReader(row.rest) });
  return { firstNs: row.first_ns, lastNs: timeNs, last };
}
