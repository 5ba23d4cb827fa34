/** What a desktop asks of the workspace that it shares with. */

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import {
  OLDEST_SYNC_PROTOCOL,
  SYNC_ERRORS,
  SYNC_PROTOCOL,
  SYNC_PROTOCOL_HEADER,
  type SyncHello,
} from '../../../../core/api/sync';
import type { Project } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import { deleteTrace } from '../../../../core/store/pruning/trace-removal';
import { decodeRows, TEXT } from '../../../../core/store/sql/row-spec';
import type { PushedObject, PushResult } from '../../../../core/sync/objects';
import {
  type At,
  type ChangesPage,
  OtherHistory,
  type SnapshotPage,
  type SpanPage,
  type WantedTrace,
} from '../../../../core/sync/ports';
import type { Rejection } from '../../../../services/ingest/intake';
import { MAX_BODY_BYTES } from '../../../../services/ingest/read-body';
import type { ServerDatabase } from '../../../adapters/database';
import type { Actor } from '../../../http/actor';
import type { Principal } from '../../../http/route';
import type { AccountRepo } from '../../auth/repo/accounts';
import type { Projects } from '../../projects/service/projects';
import type { Members } from '../../workspaces/service/members';
import type { Workspaces } from '../../workspaces/service/workspaces';
import { placeOf } from '../repo/history';
import { changesSince, snapshotFrom } from './changes';
import { takeObjects } from './pushed-objects';
import { announceTraces, TraceSpansOut, traceIdsOf, untilStored } from './pushed-spans';

const unzipped = promisify(gunzip);
const GZIP = [0x1f, 0x8b];

export interface SyncOptions {
  readonly database: Pick<ServerDatabase, 'tenant' | 'system'>;
  readonly accounts: Pick<AccountRepo, 'byId' | 'byIds'>;
  readonly workspaces: Pick<Workspaces, 'get'>;
  readonly projects: Pick<Projects, 'list'>;
  readonly members: Pick<Members, 'list'>;
  /** @throws QuotaReached */
  readonly checkQuota: (workspaceId: number) => Promise<void>;
  /** Resolves when a trace request (protobuf) is durable, as if it had come with a key of the project. */
  readonly store: (workspaceId: number, projectId: string, request: Uint8Array) => Promise<Rejection>;
}

export class Sync {
  constructor(private readonly options: SyncOptions) {}

  async hello(who: Principal): Promise<SyncHello> {
    const { accounts, workspaces, members } = this.options;
    const [workspace, account, open, team] = await Promise.all([
      workspaces.get(who.workspace.id),
      who.kind === 'account' ? accounts.byId(who.id) : null,
      this.openProjects(who),
      who.permissions.includes('members:read') ? members.list(who.workspace.id) : [],
    ]);
    return {
      protocol: { current: SYNC_PROTOCOL, oldest: OLDEST_SYNC_PROTOCOL },
      workspace: { id: who.workspace.publicId, name: workspace.name },
      account: account && { id: account.id, name: account.name },
      role: who.kind === 'account' ? who.role : null,
      permissions: [...who.permissions],
      projects: open.map(({ id, name }) => ({ id, name })),
      members: team.map(({ accountId: id, name }) => ({ id, name })),
    };
  }

  changes({ workspace }: Principal, known: string, cursor: string, limit: number): Promise<ChangesPage> {
    const { database, accounts } = this.options;
    const namesOf = async (ids: readonly string[]): Promise<ReadonlyMap<string, string>> =>
      new Map((await accounts.byIds(ids)).map(({ id, name }) => [id, name]));
    return told(changesSince(database.tenant(workspace.id), workspace.id, known, cursor, limit, namesOf));
  }

  snapshot({ workspace }: Principal, known: string, next: string | null): Promise<SnapshotPage> {
    return told(snapshotFrom(this.options.database.tenant(workspace.id), workspace.id, known, next));
  }

  /** @param protocol that the replica speaks */
  async pushObjects(
    who: Principal,
    known: string,
    objects: readonly PushedObject[],
    protocol: number,
  ): Promise<At<PushResult[]>> {
    const tenant = this.options.database.tenant(who.workspace.id);
    return told(takeObjects(tenant, who, await this.nameOf(who), known, objects, protocol));
  }

  /** @throws SpoorError, QuotaReached */
  async pushSpans(
    who: Principal,
    { known, project, client }: { readonly known: string; readonly project: string; readonly client: string },
    body: Uint8Array,
    actor: Actor,
  ): Promise<At<Rejection>> {
    const { database, checkQuota, store } = this.options;
    const { id: workspaceId } = who.workspace;
    const tenant = database.tenant(workspaceId);
    await told(placeOf(tenant, workspaceId, known));
    if (!(await this.openProjects(who)).some(({ id }) => id === project)) {
      throw withCode(
        SYNC_ERRORS.noProject,
        'NOT_FOUND',
        'There is no such project to share to; it may have been archived.',
      );
    }
    await checkQuota(workspaceId);
    const request = await unpacked(body);
    const traceIds = traceIdsOf(request);
    const rejection = await store(workspaceId, project, request);
    await untilStored(database.system, workspaceId);
    const sharer = { id: who.id, name: await this.nameOf(who), client, projectId: project };
    return {
      answer: rejection,
      position: await announceTraces(tenant, workspaceId, traceIds, sharer, actor),
    };
  }

  spans({ workspace }: Principal, known: string, wanted: readonly WantedTrace[]): Promise<At<SpanPage>> {
    const tenant = this.options.database.tenant(workspace.id);
    return told(new TraceSpansOut(tenant, workspace.id).page(known, wanted));
  }

  /** Takes back what who asks has shared, for everybody. @param traceIds null: all of it @returns how many traces went */
  async withdraw(who: Principal, traceIds: readonly string[] | null): Promise<number> {
    const { id: workspaceId } = who.workspace;
    return this.options.database.tenant(workspaceId).transaction(async (tx) => {
      const rows = await tx.query(
        `select replace(s.trace_id::text, '-', '') as id from shared_trace s
           join trace t on t.workspace_id = s.workspace_id and t.trace_id = s.trace_id and t.deleted_at is null
         where s.workspace_id = $1 and s.shared_by = $2 and ($3::uuid[] is null or s.trace_id = any($3::uuid[]))
         order by s.trace_id`,
        [workspaceId, who.id, traceIds],
      );
      const ids = decodeRows({ id: TEXT }, rows).map(({ id }) => id);
      for (const id of ids) await deleteTrace(tx, workspaceId, id);
      return ids.length;
    });
  }

  /** That one may share to. */
  private async openProjects(who: Principal): Promise<readonly Project[]> {
    const all = await this.options.projects.list(who.workspace.id);
    return all.filter(({ id, archivedAt }) => archivedAt === null && mayShareTo(who, id));
  }

  private async nameOf(who: Principal): Promise<string | null> {
    return who.kind === 'account' ? ((await this.options.accounts.byId(who.id))?.name ?? null) : null;
  }
}

/** @returns the version that the replica speaks @throws SpoorError CONFLICT where the two do not understand each other */
export function checkProtocol(headers: Headers): number {
  const version = Number(headers.get(SYNC_PROTOCOL_HEADER) ?? Number.NaN);
  const range = `${OLDEST_SYNC_PROTOCOL} to ${SYNC_PROTOCOL}`;
  if (!Number.isInteger(version)) {
    throw new SpoorError('VALIDATION_ERROR', `Send ${SYNC_PROTOCOL_HEADER}: the version of the protocol, ${range}.`);
  }
  if (version < OLDEST_SYNC_PROTOCOL) {
    throw withCode(
      SYNC_ERRORS.tooOld,
      'CONFLICT',
      `This Spoor shares by version ${version} of the protocol; the server needs ${range}. Update Spoor on this machine.`,
    );
  }
  if (version > SYNC_PROTOCOL) {
    throw withCode(
      SYNC_ERRORS.tooNew,
      'CONFLICT',
      `This Spoor shares by version ${version} of the protocol; the server knows ${range}. Ask for the server to be updated.`,
    );
  }
  return version;
}

/** A key brings traces of its own project. */
function mayShareTo(who: Principal, projectId: string): boolean {
  return who.kind === 'account' || who.projectId === projectId;
}

async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof OtherHistory)) throw error;
    const code = error.reason === 'restored' ? SYNC_ERRORS.restored : SYNC_ERRORS.historyGone;
    throw withCode(
      code,
      'CONFLICT',
      'Start over from a snapshot: the history that you know is not that of the server.',
    );
  }
}

function withCode(code: string, kind: 'CONFLICT' | 'NOT_FOUND', message: string): SpoorError {
  return new SpoorError(kind, message, [{ field: 'sync', code, message }]);
}

/** @throws SpoorError */
async function unpacked(body: Uint8Array): Promise<Uint8Array> {
  if (body[0] !== GZIP[0] || body[1] !== GZIP[1]) return body;
  try {
    return await unzipped(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch {
    throw new SpoorError('VALIDATION_ERROR', 'The body could not be unpacked as gzip within 64 MiB.');
  }
}
