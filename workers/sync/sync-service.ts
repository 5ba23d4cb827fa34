/** Shares with a team server: what is asked of it by screens, and what it does by itself. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { SYNC_HELLO, type SyncHello } from '../../core/api/sync';
import type {
  SharePreview,
  ShareTarget,
  SyncChoice,
  SyncConnect,
  SyncLink,
  SyncProblem,
  SyncReport,
  SyncRule,
  TraceSharing,
} from '../../core/api/sync-state';
import { NO_CHOICE } from '../../core/api/sync-state';
import type { Permission } from '../../core/api/team';
import type { PowerService, ReplicaService, SyncService } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import type { Log } from '../../services/log';
import { Connection } from './connection';
import { problemOf, SyncFailure } from './failure';
import { FileTransfer } from './file-transfer';
import { parsed } from './server-client';
import { Session } from './session';
import { previewRule, previewTraces } from './share-preview';
import { DeviceSignIn, serverOrigin } from './sign-in';

const WITHDRAWN_AT_ONCE = 1_000;
const EMPTY_QUEUE = { objects: 0, traces: 0, spans: 0, wanted: 0, refused: [], conflicts: 0 };

export class Sync implements SyncService {
  private link: SyncLink | null = null;
  private connection: Connection | null = null;
  /** One for all who ask: a refresh token that two used at once would end the session. */
  private session: Session | null = null;
  private signIn: DeviceSignIn | null = null;
  /** Of signing in. */
  private problem: SyncProblem | null = null;
  private readonly stopping = new AbortController();
  private readonly started: Promise<void>;

  readonly syncConflicts: SyncService['syncConflicts'] = () => this.replica.syncConflicts();
  readonly dismissSyncConflict: SyncService['dismissSyncConflict'] = (id) => this.replica.dismissSyncConflict(id);
  readonly syncEvents: SyncService['syncEvents'] = () => this.replica.syncEvents();
  readonly syncProjects: SyncService['syncProjects'] = () => this.replica.syncProjects();

  readonly exportFile: SyncService['exportFile'] = (target) => this.files.export(target);
  readonly importFile: SyncService['importFile'] = (part) => this.files.take(part);
  readonly forgetFile: SyncService['forgetFile'] = async (uploadId) => this.files.forget(uploadId);
  private readonly files: FileTransfer;

  constructor(
    private readonly replica: ReplicaService,
    private readonly keys: Pick<PowerService, 'keyOf' | 'setKey' | 'onBattery'>,
    private readonly log: Log,
  ) {
    this.files = new FileTransfer(replica);
    this.started = this.start();
  }

  async syncReport(): Promise<SyncReport> {
    await this.started;
    const queue = this.link ? await this.replica.syncQueue() : EMPTY_QUEUE;
    const schedule = this.connection?.schedule;
    const problem = this.connection?.problem ?? this.problem;
    return {
      state: this.stateOf(problem),
      link: this.link,
      signIn: this.signIn?.shown ?? null,
      problem,
      queue,
      ...(this.connection?.rates() ?? { spansPerSecond: 0, bytesPerSecond: 0 }),
      lastSyncedAt: schedule?.lastAt ?? null,
      live: this.connection?.isLive ?? false,
    };
  }

  async connectSync({ server: address, apiKey }: SyncConnect): Promise<SyncReport> {
    await this.started;
    const server = serverOrigin(String(address));
    if (this.link && this.link.server !== server) {
      throw new SpoorError('CONFLICT', `This machine shares with ${this.link.server}. Disconnect it first.`);
    }
    this.signIn?.cancel();
    this.signIn = null;
    this.problem = null;
    try {
      if (apiKey !== null) {
        await this.connected(server, (session) => session.keepKey(String(apiKey).trim()));
      } else {
        this.signIn = await DeviceSignIn.begin(server, `Spoor on ${hostname()}`, this.stopping.signal, (result) => {
          this.signIn = null;
          if (result instanceof Error) this.failed(result);
          else {
            void this.connected(server, (session) => session.keepSession(result)).catch((error) => this.failed(error));
          }
        });
      }
    } catch (error) {
      throw asSpoorError(error);
    }
    return this.syncReport();
  }

  async cancelSyncSignIn(): Promise<SyncReport> {
    this.signIn?.cancel();
    this.signIn = null;
    return this.syncReport();
  }

  async chooseSync(choice: SyncChoice): Promise<SyncReport> {
    const link = await this.linked();
    if (choice.projectId !== null && !link.projects.some(({ id }) => id === choice.projectId)) {
      throw new SpoorError('VALIDATION_ERROR', 'There is no such project in this workspace.');
    }
    await this.connection?.close();
    await this.replica.lookAgain();
    if (JSON.stringify(choice.follow) !== JSON.stringify(link.follow)) await this.replica.followAgain();
    await this.relink({ ...link, ...choice });
    return this.syncReport();
  }

  async pauseSync(paused: boolean): Promise<SyncReport> {
    await this.relink({ ...(await this.linked()), paused });
    return this.syncReport();
  }

  async syncNow(): Promise<SyncReport> {
    await this.linked();
    await this.replica.tryRefusedAgain();
    this.connection?.retry();
    return this.syncReport();
  }

  async disconnectSync(): Promise<SyncReport> {
    const link = await this.linked();
    await this.connection?.close();
    this.connection = null;
    await this.sessionWith(link.server).forget();
    this.session = null;
    await this.replica.forgetSyncLink();
    this.link = null;
    this.problem = null;
    return this.syncReport();
  }

  async withdrawShared(): Promise<{ readonly traces: number }> {
    const link = await this.linked();
    // Else the next round would share them again.
    await this.relink({ ...link, rules: [], paused: true });
    try {
      const { body } = await this.sessionWith(link.server).ask({
        method: 'POST',
        path: '/v1/sync/actions/withdraw',
        json: { traceIds: null },
      });
      return JSON.parse(new TextDecoder().decode(body)) as { readonly traces: number };
    } catch (error) {
      throw asSpoorError(error);
    }
  }

  async previewShare(target: ShareTarget): Promise<SharePreview> {
    await this.started;
    const traceIds = await this.replica.tracesOf(target);
    return previewTraces(this.replica, traceIds, this.link ?? NO_CHOICE);
  }

  async previewRule(rule: SyncRule): Promise<SharePreview> {
    await this.started;
    return previewRule(this.replica, rule, this.link ?? NO_CHOICE);
  }

  async share(target: ShareTarget): Promise<void> {
    const link = await this.linked();
    this.mayShare(link);
    await this.replica.shareTraces(await this.replica.tracesOf(target));
    const { sessionId } = target;
    if (target.traceId === null && sessionId !== null) {
      const others = link.rules.filter((rule) => rule.kind !== 'session' || rule.sessionId !== sessionId);
      await this.relink({ ...link, rules: [...others, { kind: 'session', sessionId }] });
    }
    this.connection?.schedule.wake('push');
  }

  async unshare(target: ShareTarget): Promise<void> {
    const link = await this.linked();
    const traceIds = await this.replica.tracesOf(target);
    const { sessionId } = target;
    // The server first: what it still has is still shared.
    try {
      const session = this.sessionWith(link.server);
      for (let at = 0; at < traceIds.length; at += WITHDRAWN_AT_ONCE) {
        const json = { traceIds: traceIds.slice(at, at + WITHDRAWN_AT_ONCE) };
        await session.ask({ method: 'POST', path: '/v1/sync/actions/withdraw', json });
      }
    } catch (error) {
      throw asSpoorError(error);
    }
    await this.replica.unshareTraces(traceIds);
    if (sessionId === null) return;
    const rules = link.rules.filter((rule) => rule.kind !== 'session' || rule.sessionId !== sessionId);
    await this.relink({ ...link, rules });
  }

  async traceSharing(traceId: string): Promise<TraceSharing> {
    await this.started;
    const { link } = this;
    if (!link) return { state: 'local', sharedBy: null, url: null };
    const sharing = await this.replica.traceSharing(traceId);
    const isThere = sharing.state === 'shared' || sharing.state === 'theirs';
    return { ...sharing, url: isThere ? `${link.server}/#/trace/${traceId}` : null };
  }

  async close(): Promise<void> {
    this.signIn?.cancel();
    this.stopping.abort();
    await this.connection?.close();
  }

  private async start(): Promise<void> {
    try {
      this.link = await this.replica.syncLink();
      if (this.link) this.connect(this.link);
    } catch (error) {
      this.log('error', 'sync could not start', { error: String(error) });
      this.problem = problemOf(error, null, Date.now());
    }
  }

  /** @throws SyncFailure, when the server does not know who this is */
  private async connected(server: string, keep: (session: Session) => Promise<void>): Promise<void> {
    await this.connection?.close();
    this.connection = null;
    const session = new Session(server, this.keys, this.stopping.signal);
    this.session = session;
    await keep(session);
    let hello: SyncHello;
    try {
      hello = parsed(SYNC_HELLO, await session.ask({ method: 'GET', path: '/v1/sync' }), server);
    } catch (error) {
      // Who was connected is told still that the session is none.
      if (this.link) this.failed(error);
      else await session.forget();
      throw error;
    }
    const before = this.link;
    const isSame = before !== null && before.workspace.id === hello.workspace.id;
    if (before && !isSame) await this.replica.forgetSyncLink();
    const kept = isSame ? before : null;
    const onlyProject = hello.projects.length === 1 ? (hello.projects[0]?.id ?? null) : null;
    await this.relink({
      ...NO_CHOICE,
      projectId: onlyProject,
      clientId: randomUUID(),
      connectedAt: new Date().toISOString(),
      ...kept,
      ...linkOf(hello),
      server,
      paused: false,
    });
  }

  private failed(error: unknown): void {
    this.problem = problemOf(error, null, Date.now());
  }

  private async relink(link: SyncLink): Promise<void> {
    await this.connection?.close();
    this.connection = null;
    await this.replica.setSyncLink(link);
    this.link = link;
    this.problem = null;
    this.connect(link);
  }

  private connect(link: SyncLink): void {
    if (link.paused) return;
    this.connection = new Connection(link, {
      replica: this.replica,
      session: this.sessionWith(link.server),
      log: this.log,
      onBattery: () => this.keys.onBattery(),
      /** Roles change; what is not allowed any more is not queued any more. */
      onHello: (hello) => this.learn(hello),
    });
  }

  private sessionWith(server: string): Session {
    this.session ??= new Session(server, this.keys, this.stopping.signal);
    return this.session;
  }

  private async learn(hello: SyncHello): Promise<void> {
    if (!this.link) return;
    const next = { ...this.link, ...linkOf(hello) };
    if (next.workspace.id !== this.link.workspace.id) {
      throw new SyncFailure('no-workspace', 'This session is for another workspace now. Connect again.');
    }
    if (JSON.stringify(next) === JSON.stringify(this.link)) return;
    this.link = next;
    await this.replica.setSyncLink(next);
  }

  private async linked(): Promise<SyncLink> {
    await this.started;
    if (this.link) return this.link;
    throw new SpoorError('CONFLICT', 'This machine is not connected to a team server. Connect it on the sync page.');
  }

  private mayShare(link: SyncLink): void {
    if (!link.permissions.includes('traces:share')) {
      throw new SpoorError(
        'FORBIDDEN',
        `You are a ${link.role ?? 'key'} in ${link.workspace.name}: sharing needs a member.`,
      );
    }
    if (link.projectId === null) {
      throw new SpoorError('CONFLICT', 'Choose a project that traces go to, on the sync page, then share.');
    }
  }

  private stateOf(problem: SyncProblem | null): SyncReport['state'] {
    if (this.signIn) return 'signing-in';
    if (!this.link) return 'off';
    if (this.link.paused) return 'paused';
    if (problem) return 'waiting';
    return this.connection?.schedule.working ? 'working' : 'idle';
  }
}

function linkOf({ workspace, account, role, permissions, projects, members }: SyncHello) {
  return { workspace, account, role, permissions: permissions as readonly Permission[], projects, members };
}

function asSpoorError(error: unknown): unknown {
  if (!(error instanceof SyncFailure)) return error;
  const code =
    error.code === 'signed-out' ? 'UNAUTHORIZED' : error.code === 'forbidden' ? 'FORBIDDEN' : 'SERVICE_UNAVAILABLE';
  return new SpoorError(code, error.message);
}
