/** Datasets and their items. */
import type {
  Dataset,
  DatasetEdit,
  DatasetItem,
  DatasetItemEdit,
  DatasetItemQuery,
  DatasetPrompt,
  EvaluatedAnswer,
} from '../../api/evaluation';
import type { Page } from '../../api/page';
import { int8FromSpanId, parseSpanId } from '../../model/ids';
import { INT4, orNull, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { clean, VersionedTable } from '../sql/versioned-table';
import { TARGET_COLUMNS } from './mark-targets';

const DATASET = { name: TEXT, description: TEXT, itemCount: INT4 };
const ITEM = {
  datasetId: TEXT,
  prompt: TEXT,
  recorded: orNull(TEXT),
  expected: TEXT,
  traceId: orNull(TEXT),
  spanId: orNull(TEXT),
};

/** What an item was made from. */
export interface RecordedCall {
  readonly traceId: string;
  readonly spanId: string;
  readonly answer: EvaluatedAnswer;
}

export class Datasets {
  private readonly datasets: VersionedTable<typeof DATASET>;
  private readonly items: VersionedTable<typeof ITEM>;

  constructor(sql: SqlClient, workspaceId: number) {
    this.datasets = new VersionedTable(sql, workspaceId, {
      table: 'dataset',
      noun: 'dataset',
      spec: DATASET,
      select: {
        name: 't.name',
        description: 't.description',
        itemCount: '(select count(*)::int4 from dataset_item i where i.dataset_id = t.id)',
      },
    });
    this.items = new VersionedTable(sql, workspaceId, {
      table: 'dataset_item',
      noun: 'item',
      spec: ITEM,
      select: {
        datasetId: 't.dataset_id::text',
        prompt: 't.prompt',
        recorded: 't.recorded',
        expected: 't.expected',
        traceId: TARGET_COLUMNS.traceId,
        spanId: TARGET_COLUMNS.spanId,
      },
    });
  }

  /** Oldest first. */
  list(): Promise<Dataset[]> {
    return this.datasets.all();
  }

  /** @throws SpoorError NOT_FOUND */
  get(id: string): Promise<Dataset> {
    return this.datasets.get(id);
  }

  create({ name, description }: DatasetEdit): Promise<Dataset> {
    return this.datasets.insert({ name: clean(name), description: clean(description) });
  }

  /** @throws SpoorError NOT_FOUND, CONFLICT */
  update(id: string, version: number, { name, description }: DatasetEdit): Promise<Dataset> {
    return this.datasets.update(id, version, { name: clean(name), description: clean(description) });
  }

  /** Its items and experiments go with it. @throws SpoorError NOT_FOUND */
  remove(id: string): Promise<void> {
    return this.datasets.remove(id);
  }

  /** Oldest first. @throws SpoorError NOT_FOUND, VALIDATION_ERROR */
  async itemPage(query: DatasetItemQuery): Promise<Page<DatasetItem>> {
    const { id } = await this.datasets.get(query.datasetId);
    const { data, pagination } = await this.items.page(query, (where) => where.and('t.dataset_id = ?::uuid', id));
    return { data: data.map(itemOf), pagination };
  }

  /** Oldest first. @throws SpoorError NOT_FOUND */
  async allItems(datasetId: string): Promise<DatasetItem[]> {
    const { id } = await this.datasets.get(datasetId);
    return (await this.items.all((where) => where.and('t.dataset_id = ?::uuid', id))).map(itemOf);
  }

  /** @param call null: it was written by hand @throws SpoorError NOT_FOUND */
  async createItem(datasetId: string, edit: DatasetItemEdit, call: RecordedCall | null): Promise<DatasetItem> {
    const { id } = await this.datasets.get(datasetId);
    const span = call && parseSpanId(call.spanId);
    const item = await this.items.insert({
      'dataset_id::uuid': id,
      ...itemValues(edit),
      recorded: call && clean(JSON.stringify(call.answer)),
      'trace_id::uuid': call?.traceId ?? null,
      span_id: span ? int8FromSpanId(span) : null,
    });
    return itemOf(item);
  }

  /** @throws SpoorError NOT_FOUND, CONFLICT */
  async updateItem(id: string, version: number, edit: DatasetItemEdit): Promise<DatasetItem> {
    return itemOf(await this.items.update(id, version, itemValues(edit)));
  }

  /** @throws SpoorError NOT_FOUND */
  removeItem(id: string): Promise<void> {
    return this.items.remove(id);
  }
}

function itemValues({ prompt, expected }: DatasetItemEdit) {
  // A NUL in JSON is an escape, and stays one.
  return { prompt: JSON.stringify(prompt), expected: clean(expected) };
}

type ItemRow = RowOf<typeof ITEM> & Pick<DatasetItem, 'id' | 'version' | 'createdAt' | 'updatedAt'>;

function itemOf({ prompt, recorded, ...row }: ItemRow): DatasetItem {
  return {
    ...row,
    prompt: JSON.parse(prompt) as DatasetPrompt,
    recorded: recorded === null ? null : (JSON.parse(recorded) as EvaluatedAnswer),
  };
}
