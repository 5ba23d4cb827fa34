/** Experiments and their results. */
import {
  type Evaluator,
  EXPERIMENT_STATES,
  type Experiment,
  type ExperimentEdit,
  type ExperimentResult,
  type ExperimentState,
  type ExperimentSummary,
  type ExperimentTarget,
} from '../../api/evaluation';
import { summaryOf } from '../../evaluation/experiment-summary';
import { decodeRows, INT4, oneOf, orNull, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { clean, VersionedTable } from '../sql/versioned-table';

const SPEC = {
  datasetId: TEXT,
  name: TEXT,
  target: orNull(TEXT),
  evaluators: TEXT,
  state: oneOf(EXPERIMENT_STATES),
  message: orNull(TEXT),
  itemCount: INT4,
};

export class Experiments {
  private readonly table: VersionedTable<typeof SPEC>;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {
    this.table = new VersionedTable(sql, workspaceId, {
      table: 'experiment',
      noun: 'experiment',
      spec: SPEC,
      select: {
        datasetId: 't.dataset_id::text',
        name: 't.name',
        target: 't.target',
        evaluators: 't.evaluators',
        state: 't.state',
        message: 't.message',
        itemCount: 't.item_count',
      },
    });
  }

  /** Oldest first. */
  async list(datasetId: string): Promise<ExperimentSummary[]> {
    const rows = await this.table.all((where) => where.and('t.dataset_id::text = ?', datasetId.toLowerCase()));
    const results = await this.resultsOf(rows);
    return rows.map((row) => summaryOf(experimentOf(row, results.get(row.id))));
  }

  /** @throws SpoorError NOT_FOUND */
  async get(id: string): Promise<Experiment> {
    const row = await this.table.get(id);
    return experimentOf(row, (await this.resultsOf([row])).get(row.id));
  }

  /** Running from now on. */
  async create({ datasetId, name, target, evaluators }: ExperimentEdit, itemCount: number): Promise<Experiment> {
    const row = await this.table.insert({
      'dataset_id::uuid': datasetId,
      name: clean(name),
      target: target && JSON.stringify(target),
      evaluators: JSON.stringify(evaluators),
      state: 'running',
      item_count: itemCount,
    });
    return experimentOf(row);
  }

  /** Of an experiment that was deleted or ended meanwhile nothing is kept. @returns whether it still runs */
  async addResult(id: string, result: ExperimentResult): Promise<boolean> {
    const rows = await this.sql.query(
      `with running as (
         update experiment set updated_at = now() where workspace_id = $1 and id = $2::uuid and state = 'running' returning id)
       insert into experiment_result (experiment_id, item_id, result) select id, $3::uuid, $4 from running
       on conflict (experiment_id, item_id) do update set result = excluded.result returning 1 as one`,
      [this.workspaceId, id, result.itemId, JSON.stringify(result)],
    );
    return rows.length > 0;
  }

  async finish(id: string, state: ExperimentState, message: string | null): Promise<void> {
    await this.sql.query(
      `update experiment set state = $3, message = $4, version = version + 1, updated_at = now()
       where workspace_id = $1 and id = $2::uuid and state = 'running'`,
      [this.workspaceId, id, state, clean(message)],
    );
  }

  /** Those that ran when Spoor ended do not go on by themselves. */
  async abandon(): Promise<void> {
    await this.sql.query(
      `update experiment set state = 'failed', message = 'Spoor was closed while it ran.', version = version + 1
       where workspace_id = $1 and state = 'running'`,
      [this.workspaceId],
    );
  }

  /** @throws SpoorError NOT_FOUND */
  remove(id: string): Promise<void> {
    return this.table.remove(id);
  }

  /** By experiment, in the order of the items. */
  private async resultsOf(rows: readonly ExperimentRow[]): Promise<Map<string, ExperimentResult[]>> {
    const results = new Map<string, ExperimentResult[]>(rows.map(({ id }) => [id, []]));
    const stored = decodeRows(
      { id: TEXT, result: TEXT },
      await this.sql.query(
        `select r.experiment_id::text as id, r.result from experiment_result r
           left join dataset_item i on i.id = r.item_id
         where r.experiment_id = any($1::uuid[]) order by i.created_at, r.item_id`,
        [rows.map(({ id }) => id)],
      ),
    );
    for (const { id, result } of stored) results.get(id)?.push(JSON.parse(result) as ExperimentResult);
    return results;
  }
}

function experimentOf(row: ExperimentRow, results: readonly ExperimentResult[] = []): Experiment {
  const { target, evaluators, version: _, updatedAt: __, ...rest } = row;
  return {
    ...rest,
    target: target === null ? null : (JSON.parse(target) as ExperimentTarget),
    evaluators: JSON.parse(evaluators) as Evaluator[],
    results,
  };
}

type ExperimentRow = RowOf<typeof SPEC> & {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
};
