/** Everything that reads a workspace, and what people write in it. */
import type { UsageMetrics } from '../../core/api/usage';
import type { PriceBook } from '../../core/pricing/price-book';
import type { SearchesKey } from '../../core/search/searched-keys';
import { BlockSummaries } from '../../core/store/blocks/block-summaries';
import { CappedNames } from '../../core/store/dictionary/capped-names';
import type { AllAgents } from '../../core/store/figures/agents';
import { AttributeCatalogue } from '../../core/store/figures/attribute-catalogue';
import { ServiceMetrics } from '../../core/store/figures/service-metrics';
import { Sessions } from '../../core/store/figures/sessions';
import { Alerts } from '../../core/store/people/alerts';
import { Annotations } from '../../core/store/people/annotations';
import { Comments } from '../../core/store/people/comments';
import { Datasets } from '../../core/store/people/datasets';
import { Endpoints } from '../../core/store/people/endpoints';
import { Experiments } from '../../core/store/people/experiments';
import { Guardrails } from '../../core/store/people/guardrails';
import { SavedViews } from '../../core/store/people/saved-views';
import { Scores } from '../../core/store/people/scores';
import { Tags } from '../../core/store/people/tags';
import { LogReader } from '../../core/store/read/log-reader';
import { MetricReader } from '../../core/store/read/metric-reader';
import { TraceReader } from '../../core/store/read/trace-reader';
import { QueryRunner } from '../../core/store/search/query-runner';
import { Searcher } from '../../core/store/search/searcher';
import { TraceHistogram } from '../../core/store/search/trace-histogram';
import { TraceList } from '../../core/store/search/trace-list';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from './payload-codec';
import { SlowAnswers } from './slow-answers';

export type WorkspaceReaders = ReturnType<typeof workspaceReaders>;

/** @param searchesKey as the writer indexes them */
export function workspaceReaders(
  sql: SqlClient,
  workspaceId: number,
  prices: () => PriceBook,
  searchesKey: SearchesKey,
) {
  const reader = new TraceReader(sql, workspaceId, prices);
  const blocks = new BlockSummaries(sql, workspaceId);
  const searcher = new Searcher(sql, workspaceId, deflateCodec, blocks, searchesKey);
  const list = new TraceList(sql, searcher, reader);
  const histogram = new TraceHistogram(sql, workspaceId, searcher);
  return {
    sql,
    workspaceId,
    prices,
    reader,
    capped: new CappedNames(sql, workspaceId),
    searcher,
    list,
    histogram,
    queries: new QueryRunner(sql, list, histogram, searcher),
    logs: new LogReader(sql, workspaceId, deflateCodec),
    metrics: new MetricReader(sql, workspaceId),
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
    attributes: new AttributeCatalogue(sql, workspaceId, blocks),
    services: new ServiceMetrics(sql, workspaceId),
    slow: { agents: new SlowAnswers<AllAgents>(), usage: new SlowAnswers<UsageMetrics>() },
  };
}
