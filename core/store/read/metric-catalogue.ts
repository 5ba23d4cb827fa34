/** Lists metrics by name with what there is to know of each at a glance. */
import type { MetricCatalogue, MetricCatalogueEntry, MetricCatalogueQuery } from '../../api/metrics';
import type { MetricSummary } from '../../api/telemetry';
import { aggregatesOf } from '../../metrics/aggregates';
import type { ReadPoint } from '../../metrics/read-point';
import { rfc3339FromNs } from '../../model/time';
import { Turns } from '../../query/traceql/turns';
import { decodeCursor, OFFSET_CURSOR, pageOf } from '../sql/cursor';
import { decodeRows } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { containing, WhereBuilder } from '../sql/where';
import { endsOf } from './metric-points';
import { METRIC_COLUMNS, METRIC_ROW, metricOf } from './metric-rows';
import { attributesOf, listSeries } from './metric-series-list';
import type { MetricLimits, MetricSeriesReader } from './metric-series-reader';

const DEFAULT_LIMIT = 50;
const DEFAULT_WAIT_MS = 2_000;
/** Of one metric, the newest. */
const SERIES = 1_000;
const SPARKLINE: MetricLimits = { points: 5_000, series: 50, steps: 40 };

export class MetricCatalogueReader {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly series: MetricSeriesReader,
  ) {}

  /** Where time is up, the page ends with the metric that was read last, and the next page goes on from there. @throws SpoorError VALIDATION_ERROR */
  async list(query: MetricCatalogueQuery, signal?: AbortSignal): Promise<MetricCatalogue> {
    const turns = new Turns(signal, performance.now() + (query.waitMs ?? DEFAULT_WAIT_MS));
    const limit = query.limit ?? DEFAULT_LIMIT;
    const { at } = query.cursor ? decodeCursor(OFFSET_CURSOR, query.cursor) : { at: 0n };
    const skipped = at < 0n ? 0n : at;
    const where = new WhereBuilder(this.workspaceId, 'm');
    for (const word of (query.query ?? '').split(/\s+/).filter((text) => text !== '')) {
      const pattern = containing(word.replaceAll('\0', ''));
      where.and('(m.name ilike ? or m.description ilike ?)', pattern, pattern);
    }
    const rows = await this.sql.query(
      `select ${METRIC_COLUMNS} from metric m where ${where.sql} order by m.name, m.id limit ${limit + 1} offset ${skipped}`,
      where.parameters,
    );
    const metrics = decodeRows(METRIC_ROW, rows);
    const asked = metrics.slice(0, limit);
    const entries: { readonly at: bigint; readonly entry: MetricCatalogueEntry }[] = [];
    for (const row of asked) {
      entries.push({ at: skipped + BigInt(entries.length + 1), entry: await this.entry(metricOf(row), query) });
      // Each of them is some statements: others go on between two.
      if (await turns.end()) break;
    }
    const [last] = entries.slice(-1);
    const more = metrics.length > entries.length && last ? [last] : [];
    const page = pageOf(
      OFFSET_CURSOR,
      [...entries, ...more],
      entries.length,
      ({ at }) => ({ at, tie: '' }),
      ({ entry }) => entry,
    );
    return { ...page, complete: entries.length === asked.length };
  }

  private async entry(metric: MetricSummary, { from, to }: MetricCatalogueQuery): Promise<MetricCatalogueEntry> {
    const series = await listSeries(this.sql, this.workspaceId, metric.id, { most: SERIES });
    const ends = await endsOf(
      this.sql,
      this.workspaceId,
      series.map(({ id }) => id),
    );
    const entry = {
      metric,
      aggregates: aggregatesOf(metric),
      attributes: attributesOf(series),
      lastSeen: ends && rfc3339FromNs(ends.lastNs),
      lastValue: ends && newestValue(ends.last),
    };
    if (!ends) return { ...entry, sparkline: [], truncated: false };
    const { groups, coverage } = await this.series.answer(metric, { from, to, limit: 1 }, SPARKLINE);
    return {
      ...entry,
      sparkline: groups[0]?.values ?? [],
      truncated:
        metric.seriesCount > SERIES || coverage.seriesRead < coverage.series || coverage.pointsRead >= SPARKLINE.points,
    };
  }
}

function newestValue({ number, distribution }: ReadPoint): number | null {
  return number === null ? (distribution?.count ?? null) : Number(number);
}
