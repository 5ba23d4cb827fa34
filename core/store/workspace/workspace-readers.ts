/** Everything that reads a workspace, and what people write in it. */
import type { AgentListQuery, AgentPage } from '../../api/agents';
import type { UsageMetrics, UsageQuery } from '../../api/usage';
import type { PriceBook } from '../../pricing/price-book';
import type { SearchesKey } from '../../search/searched-keys';
import { BlockSummaries } from '../blocks/block-summaries';
import { CappedNames } from '../dictionary/capped-names';
import { listDeployments } from '../dictionary/deployments';
import { type AllAgents, pageOfAgents, readAllAgents } from '../figures/agents';
import { AttributeCatalogue } from '../figures/attribute-catalogue';
import { ServiceMetrics } from '../figures/service-metrics';
import { Sessions } from '../figures/sessions';
import { SlowAnswers } from '../figures/slow-answers';
import { readUsage } from '../figures/usage-metrics';
import { LogCounts } from '../logs/log-counts';
import { LogPatternReader } from '../logs/log-pattern-reader';
import { LogReader } from '../logs/log-reader';
import type { PayloadCodec } from '../payloads/payloads';
import { Alerts } from '../people/alerts';
import { Annotations } from '../people/annotations';
import { Comments } from '../people/comments';
import { Dashboards } from '../people/dashboards';
import { Datasets } from '../people/datasets';
import { Endpoints } from '../people/endpoints';
import { Experiments } from '../people/experiments';
import { Guardrails } from '../people/guardrails';
import { SavedViews } from '../people/saved-views';
import { Scores } from '../people/scores';
import { Tags } from '../people/tags';
import { MetricCatalogueReader } from '../read/metric-catalogue';
import { MetricReader } from '../read/metric-reader';
import { MetricSeriesReader } from '../read/metric-series-reader';
import { SpanParcels } from '../read/span-parcels';
import { readSpan } from '../read/span-reader';
import { TraceReader } from '../read/trace-reader';
import { FoundSets } from '../search/found-sets';
import { QueryRunner } from '../search/query-runner';
import { Searcher } from '../search/searcher';
import { TraceHistogram } from '../search/trace-histogram';
import { TraceList } from '../search/trace-list';
import type { SqlClient } from '../sql/sql-client';

export type WorkspaceReaders = ReturnType<typeof readersOf>;

/** @param searchesKey as the writer indexes them */
export function readersOf(
  sql: SqlClient,
  workspaceId: number,
  codec: PayloadCodec,
  prices: () => PriceBook,
  searchesKey: SearchesKey,
) {
  const reader = new TraceReader(sql, workspaceId, prices);
  const blocks = new BlockSummaries(sql, workspaceId);
  const searcher = new Searcher(sql, workspaceId, codec, blocks, searchesKey);
  const list = new TraceList(sql, searcher, reader);
  const histogram = new TraceHistogram(sql, workspaceId, searcher);
  const slow = {
    agents: new SlowAnswers<AllAgents>(({ agents }) => agents.length === 0),
    usage: new SlowAnswers<UsageMetrics>(({ groups }) => groups.length === 0),
  };
  const metricSeries = new MetricSeriesReader(sql, workspaceId);
  const logs = new LogReader(sql, workspaceId, codec);
  return {
    sql,
    workspaceId,
    codec,
    prices,
    reader,
    capped: new CappedNames(sql, workspaceId),
    searcher,
    list,
    histogram,
    queries: new QueryRunner(sql, list, histogram, searcher),
    foundSets: new FoundSets(sql, workspaceId, searcher),
    logs,
    logCounts: new LogCounts(sql, workspaceId, logs),
    logPatterns: new LogPatternReader(logs),
    parcels: new SpanParcels(sql, workspaceId, codec),
    metrics: new MetricReader(sql, workspaceId),
    metricSeries,
    metricCatalogue: new MetricCatalogueReader(sql, workspaceId, metricSeries),
    annotations: new Annotations(sql, workspaceId),
    sessions: new Sessions(sql, workspaceId, prices),
    alerts: new Alerts(sql, workspaceId),
    guardrails: new Guardrails(sql, workspaceId),
    datasets: new Datasets(sql, workspaceId),
    experiments: new Experiments(sql, workspaceId),
    endpoints: new Endpoints(sql, workspaceId),
    comments: new Comments(sql, workspaceId),
    tags: new Tags(sql, workspaceId),
    scores: new Scores(sql, workspaceId),
    views: new SavedViews(sql, workspaceId),
    dashboards: new Dashboards(sql, workspaceId),
    attributes: new AttributeCatalogue(sql, workspaceId, blocks),
    services: new ServiceMetrics(sql, workspaceId),
    slow,
    span: (traceId: string, spanId: string) => readSpan(sql, codec, workspaceId, traceId, spanId),
    deployments: () => listDeployments(sql, workspaceId),
    async usage(query: UsageQuery): Promise<UsageMetrics> {
      const book = prices();
      const { answer, asOf } = await slow.usage.of(query, book, () => readUsage(sql, workspaceId, book, query));
      return { ...answer, ...(asOf !== null && { asOf }) };
    },
    async agents({ limit, cursor, ...whole }: AgentListQuery): Promise<AgentPage> {
      const book = prices();
      const { answer, asOf } = await slow.agents.of(whole, book, () => readAllAgents(sql, workspaceId, book, whole));
      return { ...pageOfAgents(answer, { limit, cursor }), ...(asOf !== null && { asOf }) };
    },
  };
}

/** Finds figures anew that took long to find. */
export function forgetSlow({ slow }: WorkspaceReaders): void {
  slow.agents.forget();
  slow.usage.forget();
}
