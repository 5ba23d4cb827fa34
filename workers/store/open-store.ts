/** The database of the desktop with everything that reads and writes it. */
import type { Retention } from '../../core/api/retention';
import type { StoreOptions } from '../../core/api/workers';
import { holdsPrompt } from '../../core/dialects/prompt-keys';
import { EVERY_KEY } from '../../core/search/searched-keys';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { losesMuch } from '../../core/store/pruning/lost-by-age';
import { Pruner } from '../../core/store/pruning/pruner';
import { TrustedClock } from '../../core/store/pruning/trusted-clock';
import type { WorkspaceReaders } from '../../core/store/workspace/workspace-readers';
import { AppendQueue } from '../../services/store/append-queue';
import { BudgetWatch } from '../../services/store/budget-watch';
import { type OpenDatabase, openDatabase } from '../../services/store/open-database';
import { deflateCodec } from '../../services/store/payload-codec';
import { PriceFile } from '../../services/store/price-file';
import { workspaceReaders } from '../../services/store/workspace-readers';
import type { DiskSpace } from './disk-space';
import { bytesBelow } from './disk-usage';
import { TendedWriter } from './tended-writer';

const LOCAL_WORKSPACE = 1;
/** Free bytes below which there is no quarantine: the disk needs the room. */
const QUARANTINE_NEEDS_BYTES = 1024 ** 3;

export interface OpenStore extends WorkspaceReaders {
  readonly database: OpenDatabase;
  readonly budgets: BudgetWatch;
  readonly appends: AppendQueue;
  readonly pruner: Pruner;
  readonly clock: TrustedClock;
  readonly writer: StoreWriter;
  readonly tended: TendedWriter;
  /** Changes how much is kept. */
  keep(retention: Retention): void;
}

interface OpenEvents {
  readonly onChange: () => void;
  readonly onTrouble: (message: string, error: unknown) => void;
  /** With what people are told. */
  readonly onDamage: (message: string) => void;
  /** PGlite ended. */
  readonly onAbort: (error: unknown) => void;
  /** A write found no room: called within it, to end the thread. */
  readonly onFull: () => void;
}

export async function openStore(
  options: StoreOptions,
  disk: DiskSpace,
  { onChange, onTrouble, onDamage, onAbort, onFull }: OpenEvents,
): Promise<OpenStore> {
  const database = await openDatabase(options.dataDir, options.templateDir, { onFull });
  const { sql, guard, uncopied } = database;
  guard.watch(onDamage, onAbort);
  if (uncopied !== null) onTrouble('the update is done without a copy', uncopied);
  const { searchesPrompts } = options;
  let { retention } = options;
  const searchesKey = searchesPrompts ? EVERY_KEY : (key: string) => !holdsPrompt(key);
  const clock = new TrustedClock(sql, {
    matters: (wall, trusted) => losesMuch(sql, LOCAL_WORKSPACE, retention.days, wall, trusted),
  });
  const records = new StoreWriter(sql, LOCAL_WORKSPACE, deflateCodec, retention, searchesKey, clock.now);
  const files = {
    vacuums: true,
    bytes: () => bytesBelow(database.directory),
    settle: async () => {
      await sql.query('checkpoint');
    },
    allowsQuarantine: async () => (await disk.state()).freeBytes > QUARANTINE_NEEDS_BYTES,
  };
  const pruner = new Pruner(sql, records, LOCAL_WORKSPACE, retention, files, clock.now);
  await clock.look();
  const priceFile = new PriceFile(options.dataDir, (error) =>
    onTrouble('prices.json cannot be used; costs come from the list of Spoor alone', error),
  );
  const prices = () => priceFile.read();
  const readers = workspaceReaders(sql, LOCAL_WORKSPACE, prices, searchesKey);
  await readers.experiments.abandon();
  const tended = new TendedWriter(records, sql, disk);
  return {
    ...readers,
    database,
    budgets: new BudgetWatch(sql, LOCAL_WORKSPACE, readers.guardrails, prices, onChange, onTrouble),
    appends: new AppendQueue(tended, () => onChange()),
    writer: records,
    tended,
    pruner,
    clock,
    keep(changed) {
      retention = changed;
      records.keep(changed);
      pruner.keep(changed);
    },
  };
}
