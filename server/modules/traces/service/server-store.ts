/** The contract's store for one workspace of the server. */
import type { CommentAuthor } from '../../../../core/api/comment';
import { KEEPS } from '../../../../core/api/retention';
import type { StoreReport } from '../../../../core/api/workers';
import { SpoorError } from '../../../../core/model/errors';
import type { StoreService } from '../../../../core/operations/store-service';
import type { PriceBook } from '../../../../core/pricing/price-book';
import { Redactor } from '../../../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../../../core/redaction/rules';
import { WrittenTexts } from '../../../../core/redaction/written-texts';
import { EVERY_KEY } from '../../../../core/search/searched-keys';
import { PARTITION_BLOCKS } from '../../../../core/store/blocks/span-partitions';
import { readQuarantine } from '../../../../core/store/pruning/quarantine-report';
import { readClock } from '../../../../core/store/pruning/trusted-clock';
import { decodeRows, INT8 } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import { forgetSlow, type WorkspaceReaders } from '../../../../core/store/workspace/workspace-readers';
import { ChangeFeed } from '../../../../services/store/change-feed';
import { workspaceReaders } from '../../../../services/store/workspace-readers';
import { WorkspaceStore } from '../../../../services/store/workspace-store';
import { whoActs } from '../../../adapters/acting';

/** One for all workspaces: rules are the same. */
const TEXTS = new WrittenTexts(new Redactor(DEFAULT_REDACTION));
const SIZE_TTL_MS = 60_000;

export class ServerStore extends WorkspaceStore implements StoreService {
  private readonly changes = new ChangeFeed();
  private readonly readers: WorkspaceReaders;
  private size = { bytes: 0, at: Number.NEGATIVE_INFINITY };

  /** @param tell lets the other copies of the server know that something was written */
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    prices: () => PriceBook,
    private readonly tell: () => void,
    /** Of an account. */
    private readonly nameOf: (accountId: string) => Promise<string>,
    /** As of the database. */
    private readonly damage: () => string | null,
  ) {
    super(TEXTS);
    this.readers = workspaceReaders(sql, workspaceId, prices, EVERY_KEY);
  }

  /** Something was written, here or by another copy. */
  hear(): void {
    this.changes.changed();
  }

  /** Somebody changed something, here or by another copy: figures that were kept may count what is deleted. */
  forget(): void {
    forgetSlow(this.readers);
  }

  nextChange(after: number, signal?: AbortSignal): Promise<number> {
    return this.changes.next(after, signal);
  }

  async state(): Promise<StoreReport> {
    const message = this.damage();
    if (message !== null) {
      return {
        store: { state: 'damaged', message, directory: '' },
        counts: { traces: 0, spans: 0, logs: 0, metricPoints: 0 },
        bytesOnDisk: 0,
        disk: { freeBytes: 0, full: false },
        lastPruning: null,
        redacted: { total: 0, byRule: {} },
        keeping: KEEPS,
      };
    }
    return {
      store: { state: 'ready' },
      counts: await this.readers.reader.counts(),
      capped: await this.readers.capped.read(),
      bytesOnDisk: await this.bytes(),
      // The database's disk is not ours to look at.
      disk: { freeBytes: 0, full: false },
      lastPruning: null,
      // Of all workspaces together: none of it is told to one of them.
      redacted: { total: 0, byRule: {} },
      keeping: {
        ...KEEPS,
        clock: await readClock(this.sql),
        quarantine: await readQuarantine(this.sql, this.workspaceId),
      },
    };
  }

  /** Spans come over OTLP (ingest.ts), never from a page. */
  async append(): Promise<never> {
    throw new SpoorError('FORBIDDEN', 'Spans are sent to /v1/traces with an API key.');
  }

  async rebuild(): Promise<never> {
    throw new SpoorError('FORBIDDEN', 'The read models of a server are rebuilt by whoever runs it.');
  }

  async removeSampleRecords(): Promise<never> {
    throw new SpoorError('FORBIDDEN', 'A team server has no sample.');
  }

  async trustClock(): Promise<never> {
    throw new SpoorError('FORBIDDEN', 'The clock of a server is settled by whoever runs it: spoor-server trust-clock.');
  }

  async restoreQuarantine(): Promise<never> {
    throw new SpoorError(
      'FORBIDDEN',
      'What is in quarantine is restored by whoever runs the server: spoor-server restore-quarantine.',
    );
  }

  async deleteQuarantine(): Promise<never> {
    throw new SpoorError('FORBIDDEN', 'What is in quarantine goes by itself, after a day.');
  }

  async rebuildReport() {
    return { state: 'never', progress: 0, message: null } as const;
  }

  protected async ready(): Promise<WorkspaceReaders> {
    return this.readers;
  }

  protected async author(): Promise<CommentAuthor> {
    const id = /^account:(.+)$/.exec(whoActs()?.name ?? '')?.[1];
    return id === undefined ? null : { id, name: await this.nameOf(id) };
  }

  protected changed(): void {
    this.changes.changed();
    this.tell();
  }

  /** Of spans, which are nearly all. */
  private async bytes(): Promise<number> {
    if (performance.now() - this.size.at < SIZE_TTL_MS) return this.size.bytes;
    const rows = await this.sql.query(
      `select coalesce(sum(pg_total_relation_size(to_regclass(t.name || '_' || p.number))), 0)::int8 as bytes
       from (select distinct id / ${PARTITION_BLOCKS} as number from span_block where workspace_id = $1) p,
         (values ('span'), ('span_payload')) t (name)`,
      [this.workspaceId],
    );
    this.size = { bytes: Number(decodeRows({ bytes: INT8 }, rows)[0]?.bytes ?? 0n), at: performance.now() };
    return this.size.bytes;
  }
}
