/** The database of the desktop with everything that reads and writes it. */

import type { StoreOptions } from '../../core/api/workers';
import { holdsPrompt } from '../../core/dialects/prompt-keys';
import { EVERY_KEY } from '../../core/search/searched-keys';
import { Annotations } from '../../core/store/annotations';
import { AttributeCatalogue } from '../../core/store/attribute-catalogue';
import { BlockSummaries } from '../../core/store/block-summaries';
import { Datasets } from '../../core/store/datasets';
import { Endpoints } from '../../core/store/endpoints';
import { Experiments } from '../../core/store/experiments';
import { Guardrails } from '../../core/store/guardrails';
import { LogReader } from '../../core/store/log-reader';
import { MetricReader } from '../../core/store/metric-reader';
import { Pruner } from '../../core/store/pruning/pruner';
import { SavedViews } from '../../core/store/saved-views';
import { Scores } from '../../core/store/scores';
import { QueryRunner } from '../../core/store/search/query-runner';
import { Searcher } from '../../core/store/search/searcher';
import { TraceHistogram } from '../../core/store/search/trace-histogram';
import { TraceList } from '../../core/store/search/trace-list';
import { ServiceMetrics } from '../../core/store/service-metrics';
import { Sessions } from '../../core/store/sessions';
import { StoreWriter } from '../../core/store/store-writer';
import { TraceReader } from '../../core/store/trace-reader';
import { AppendQueue } from '../../services/store/append-queue';
import { BudgetWatch } from '../../services/store/budget-watch';
import { deflateCodec } from '../../services/store/payload-codec';
import { PriceFile } from '../../services/store/price-file';
import type { DiskSpace } from './disk-space';
import { bytesBelow } from './disk-usage';
import { type OpenDatabase, openDatabase } from './open-database';
import { TendedWriter } from './tended-writer';

export const LOCAL_WORKSPACE = 1;

export interface OpenStore {
  readonly database: OpenDatabase;
  readonly reader: TraceReader;
  readonly prices: PriceFile;
  readonly list: TraceList;
  readonly queries: QueryRunner;
  readonly searcher: Searcher;
  readonly histogram: TraceHistogram;
  readonly logs: LogReader;
  readonly metrics: MetricReader;
  readonly annotations: Annotations;
  readonly endpoints: Endpoints;
  readonly datasets: Datasets;
  readonly experiments: Experiments;
  readonly scores: Scores;
  readonly guardrails: Guardrails;
  readonly budgets: BudgetWatch;
  readonly views: SavedViews;
  readonly sessions: Sessions;
  readonly attributes: AttributeCatalogue;
  readonly appends: AppendQueue;
  readonly pruner: Pruner;
  readonly writer: StoreWriter;
  readonly services: ServiceMetrics;
}

interface OpenEvents {
  readonly onChange: () => void;
  readonly onTrouble: (message: string, error: unknown) => void;
}

export async function openStore(
  options: StoreOptions,
  disk: DiskSpace,
  { onChange, onTrouble }: OpenEvents,
): Promise<OpenStore> {
  const database = await openDatabase(options.dataDir, options.templateDir);
  const { retention, searchesPrompts } = options;
  const searchesKey = searchesPrompts ? EVERY_KEY : (key: string) => !holdsPrompt(key);
  const records = new StoreWriter(database.sql, LOCAL_WORKSPACE, deflateCodec, retention, searchesKey);
  const writer = new TendedWriter(records, database.sql, disk);
  const prices = new PriceFile(options.dataDir, (error) =>
    onTrouble('prices.json cannot be used; costs come from the list of Spoor alone', error),
  );
  const reader = new TraceReader(database.sql, LOCAL_WORKSPACE, () => prices.read());
  const blocks = new BlockSummaries(database.sql, LOCAL_WORKSPACE);
  const searcher = new Searcher(database.sql, LOCAL_WORKSPACE, deflateCodec, blocks, searchesKey);
  const list = new TraceList(searcher, reader);
  const histogram = new TraceHistogram(database.sql, LOCAL_WORKSPACE, searcher);
  const guardrails = new Guardrails(database.sql, LOCAL_WORKSPACE);
  const experiments = new Experiments(database.sql, LOCAL_WORKSPACE);
  await experiments.abandon();
  return {
    database,
    reader,
    prices,
    list,
    histogram,
    queries: new QueryRunner(list, histogram, searcher),
    searcher,
    logs: new LogReader(database.sql, LOCAL_WORKSPACE, deflateCodec),
    metrics: new MetricReader(database.sql, LOCAL_WORKSPACE),
    annotations: new Annotations(database.sql, LOCAL_WORKSPACE),
    sessions: new Sessions(database.sql, LOCAL_WORKSPACE, () => prices.read()),
    guardrails,
    budgets: new BudgetWatch(database.sql, LOCAL_WORKSPACE, guardrails, () => prices.read(), onChange, onTrouble),
    datasets: new Datasets(database.sql, LOCAL_WORKSPACE),
    experiments,
    endpoints: new Endpoints(database.sql, LOCAL_WORKSPACE),
    scores: new Scores(database.sql, LOCAL_WORKSPACE),
    views: new SavedViews(database.sql, LOCAL_WORKSPACE),
    attributes: new AttributeCatalogue(database.sql, LOCAL_WORKSPACE, blocks),
    appends: new AppendQueue(writer, () => onChange()),
    writer: records,
    services: new ServiceMetrics(database.sql, LOCAL_WORKSPACE),
    pruner: new Pruner(database.sql, records, LOCAL_WORKSPACE, retention, {
      bytes: () => bytesBelow(database.directory),
      settle: async () => {
        await database.sql.query('checkpoint');
      },
    }),
  };
}
