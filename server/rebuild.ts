/** `spoor-server rebuild`: makes the read models of workspaces anew from the spans that are stored, while the server runs. */
import { EVERY_KEY } from '../core/search/searched-keys';
import { StoreWriter } from '../core/store/ingest/store-writer';
import { restoreQuarantine } from '../core/store/pruning/restore-quarantine';
import { Rebuild } from '../core/store/rebuild/rebuild';
import { limitsOf } from '../core/store/sql/partition-share';
import { decodeRows, INT4, TEXT } from '../core/store/sql/row-spec';
import { deflateCodec } from '../services/store/payload-codec';
import type { Lane, ServerDatabase } from './adapters/database';
import { migrateServer } from './migrations/migrate-server';
import { CHANGED } from './modules/traces/service/channels';
import { Retentions } from './modules/traces/service/retentions';
import { serverClock } from './modules/traces/service/server-clock';

const ASK_AGAIN_MS = 1_000;
/** A copy lets go of a workspace that nothing came for in five minutes. */
const PATIENCE_MS = 7 * 60_000;

class RebuildError extends Error {
  override readonly name = 'RebuildError';
}

/** @param publicIds of workspaces; empty: all @param say tells people how it goes @throws RebuildError */
export async function rebuildWorkspaces(
  database: ServerDatabase,
  publicIds: readonly string[],
  say: (line: string) => void,
  patienceMs = PATIENCE_MS,
  /** Restores what is in quarantine first. */
  restores = false,
): Promise<void> {
  await migrateServer(database);
  const clock = serverClock(database.system);
  await clock.look();
  const lost: Error[] = [];
  const lane = await database.lane((error) => lost.push(error));
  try {
    for (const { id, name } of await workspacesOf(database, publicIds)) {
      await own(lane, id, name, say, patienceMs);
      // Until it is done, copies keep what comes for this workspace in the spool.
      const retention = await new Retentions(database.system).of(id);
      const writer = new StoreWriter(lane.sql, id, deflateCodec, retention, EVERY_KEY, clock.now);
      if (restores) {
        const { ageMs } = limitsOf(retention);
        await restoreQuarantine((run) => writer.change(run), { now: clock.now, ageMs });
      }
      let told = 0;
      const progress = (share: number): void => {
        if (share - told < 0.1) return;
        told = share;
        say(`${name}: ${Math.round(share * 100)} %`);
      };
      await new Rebuild(writer, progress, () => lost.length > 0).run();
      if (lost[0]) throw lost[0];
      await lane.disown(id);
      await database.notify(CHANGED, String(id));
      say(`${name}: done`);
    }
  } finally {
    await lane.close();
  }
}

/** How many were counted by an older version, which knew less. */
export async function workspacesToRebuild({ system }: Pick<ServerDatabase, 'system'>): Promise<number> {
  const rows = await system.query(
    'select count(*)::int4 as due from workspace where id > 1 and rebuild_due and deleted_at is null',
  );
  return decodeRows({ due: INT4 }, rows)[0]?.due ?? 0;
}

/** But the first, which is a desktop's own. */
async function workspacesOf({ system }: Pick<ServerDatabase, 'system'>, publicIds: readonly string[]) {
  const rows = decodeRows(
    { id: INT4, name: TEXT, public_id: TEXT },
    await system.query(
      'select id, name, public_id::text as public_id from workspace where id > 1 and deleted_at is null order by id',
    ),
  );
  const unknown = publicIds.find((one) => !rows.some(({ public_id }) => public_id === one));
  if (unknown !== undefined) throw new RebuildError(`There is no workspace ${unknown}.`);
  return rows.filter(({ public_id }) => publicIds.length === 0 || publicIds.includes(public_id));
}

async function own(
  lane: Lane,
  workspaceId: number,
  name: string,
  say: (line: string) => void,
  patienceMs: number,
): Promise<void> {
  const until = Date.now() + patienceMs;
  let told = false;
  while (!(await lane.own(workspaceId))) {
    if (Date.now() > until) {
      throw new RebuildError(
        `${name} is written by a copy of the server all the time: stop what sends to it for a while, or that copy.`,
      );
    }
    if (!told) say(`${name}: a copy of the server writes it; waiting until nothing came for five minutes`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}
