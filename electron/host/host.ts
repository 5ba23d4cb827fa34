/**
 * What both shells share: the data folder and its lock, the worker threads, and the ports that join them. It imports no
 * Electron, so that the same code runs under plain Node.
 *
 *   ingest --- store --- timeline --- gateway --- (REST, WebSocket)
 *      \         \____________________/ / \____ renderer, through `connectRenderer`
 *       \______________________________/
 */
import { join } from 'node:path';
import { MessageChannel, type MessagePort as NodeMessagePort } from 'node:worker_threads';
import type { OtlpProtocol, OtlpReceiver, StoreState } from '../../core/api/contract';
import { serve } from '../../core/api/rpc/service';
import type {
  GatewayOptions,
  IngestOptions,
  ListenAddress,
  StoreOptions,
  WorkerMessage,
  WorkerName,
} from '../../core/api/workers';
import { authorityOf } from '../../services/net/authority';
import { DatabaseEnds } from '../../services/store/database-ends';
import { acquireInstanceLock, type InstanceLock, type RunningInstance } from '../../services/store/instance-lock';
import { StartError } from '../../services/store/start-error';
import { loggedTo, Watchdog } from '../../services/watchdog';
import { channelOf } from '../../workers/rpc/worker-port';
import { forgetGivenToken, prepareDataFolder, tokenInUse } from './data-folder';
import { hostService } from './host-service';
import { type Keychain, KeyStore } from './key-store';
import type { HostLog } from './log';
import { relay } from './relay';
import { checkCompat, listenAddresses, readValues, type SettingsOverrides, settingsOf } from './settings';
import { SettingsKeeper } from './settings-keeper';
import { SupervisedWorker } from './supervised-worker';

export interface HostOptions {
  readonly dataDir: string;
  readonly otlpHttp: ListenAddress;
  readonly otlpGrpc: ListenAddress;
  readonly ui: ListenAddress;
  readonly token: string | null;
  /** What the command line says about the receivers; the rest is in the data folder's settings. */
  readonly overrides: SettingsOverrides;
  readonly version: string;
  /** Where the built workers are. */
  readonly workersDir: string;
  readonly rendererDir: string;
  readonly openApiFile: string;
  readonly templateDir: string | null;
  readonly log: HostLog;
  /** Whether a window is shown, which a second start then asks for. */
  readonly desktop: boolean;
  /** Take the next free port for the UI when its own is taken, instead of failing. */
  readonly uiPortMayMove: boolean;
  /** Of the system, once it can be asked; null: there is none. */
  readonly keychain?: () => Keychain | null;
  /** Whether the machine runs on its battery; nobody knows without a window. */
  readonly onBattery?: () => boolean;
  /** For the window of a Spoor that runs already. */
  readonly link?: string | null;
  /** Says why, and ends the process: the data folder is gone, and every thread stopped. */
  readonly leave: (message: string) => void;
}

/** Which worker calls which. */
const LINKS: readonly (readonly [WorkerName, WorkerName])[] = [
  ['ingest', 'store'],
  ['gateway', 'store'],
  ['gateway', 'ingest'],
  ['timeline', 'store'],
  ['gateway', 'timeline'],
  ['sync', 'store'],
  ['gateway', 'sync'],
];

/** A worker that cannot even start will not start the next time either. */
const MAX_EARLY_CRASHES = 3;

export class AlreadyRunningError extends StartError {
  constructor(
    readonly running: RunningInstance | null,
    dataDir: string,
  ) {
    const who = running ? `Spoor (pid ${running.pid}, ${running.ui})` : 'another Spoor';
    super(`The data folder ${dataDir} is open in ${who}. Use that one, or start with another --data-dir.`);
  }
}

export class Host {
  private readonly workers: Readonly<Record<WorkerName, SupervisedWorker>>;
  private readonly keys: KeyStore;
  private readonly rendererPorts = new Set<{ attach: (port: NodeMessagePort) => void }>();
  private readonly stateWatchers = new Set<() => void>();
  private readonly watchdog: Watchdog;
  private uiAddress: ListenAddress;
  private uiFailure: Extract<WorkerMessage, { type: 'listen-failed' }> | null = null;
  /** Where receivers listen, so that a worker that starts again takes the same ports. */
  private readonly otlpAddresses: Record<OtlpProtocol, ListenAddress>;
  readonly receivers: Record<OtlpProtocol, OtlpReceiver> = { http: { state: 'starting' }, grpc: { state: 'starting' } };
  store: StoreState = { state: 'opening' };
  private readonly databaseEnds = new DatabaseEnds();
  private uiListening = false;
  /** Deaths of workers before the start was complete. */
  private earlyCrashes = 0;
  private startFailure: string | null = null;
  private started = false;
  closing = false;

  private constructor(
    private readonly options: HostOptions,
    readonly dataDir: string,
    readonly token: string,
    private readonly lock: InstanceLock,
    readonly settings: SettingsKeeper,
  ) {
    this.keys = new KeyStore(dataDir, options.keychain ?? (() => null), process.env, options.onBattery);
    this.watchdog = new Watchdog(loggedTo(options.log));
    this.uiAddress = options.ui;
    this.otlpAddresses = { http: options.otlpHttp, grpc: options.otlpGrpc };
    this.workers = {
      store: this.worker(
        'store',
        (): StoreOptions => ({
          dataDir,
          templateDir: options.templateDir,
          retention: settings.inUse.retention,
          searchesPrompts: settings.inUse.searchesPrompts,
          redaction: settings.inUse.receivers.redaction,
          databaseEnds: this.databaseEnds.lately(),
        }),
      ),
      ingest: this.worker(
        'ingest',
        (): IngestOptions => ({
          otlpHttp: this.otlpAddresses.http,
          otlpGrpc: this.otlpAddresses.grpc,
          settings: settings.inUse.receivers,
        }),
      ),
      timeline: this.worker('timeline', () => null),
      sync: this.worker('sync', () => null),
      gateway: this.worker(
        'gateway',
        (): GatewayOptions => ({
          ui: this.uiAddress,
          token,
          rendererDir: options.rendererDir,
          openApiFile: options.openApiFile,
          version: options.version,
          dataDir,
          retention: settings.inUse.retention,
          agentsMayWrite: settings.inUse.agentsMayWrite,
          compatWithoutToken: settings.inUse.compatWithoutToken,
        }),
      ),
    };
  }

  /**
   * Resolves when the UI port answers and OTLP is accepted or has failed; the database may still be opening.
   * @throws StartError, AlreadyRunningError
   */
  static async start(given: HostOptions): Promise<Host> {
    const dataDir = await prepareDataFolder(given.dataDir, (message) => given.log('warn', message));
    const result = await acquireInstanceLock(dataDir, given.link ?? null);
    if (!result.held) throw new AlreadyRunningError(result.running, dataDir);
    try {
      const values = await readValues(dataDir, given.overrides);
      const options = { ...given, ...listenAddresses(values, given) };
      checkCompat(settingsOf(values), options.ui);
      const settings = await SettingsKeeper.start(dataDir, values, options);
      const token = await tokenInUse(dataDir, options.token);
      const host = new Host(options, dataDir, token, result.lock, settings);
      result.lock.onLost((message) => void host.abandon().finally(() => options.leave(message)));
      await host.run();
      result.lock.describe({ pid: process.pid, ui: host.ui, desktop: options.desktop });
      return host;
    } catch (error) {
      await result.lock.release();
      throw error;
    }
  }

  /** Such as http://127.0.0.1:4380 */
  get ui(): string {
    return urlOf(this.uiAddress);
  }

  /** Such as http://127.0.0.1:4318; null while nothing is accepted there. */
  get otlpHttpUrl(): string | null {
    const { http } = this.receivers;
    return http.state === 'listening' ? urlOf(http) : null;
  }

  /** Such as 127.0.0.1:4317; null while nothing is accepted there. */
  get otlpGrpcTarget(): string | null {
    const { grpc } = this.receivers;
    return grpc.state === 'listening' ? authorityOf(grpc) : null;
  }

  onFocus(show: (link: string | null) => void): void {
    this.lock.onFocus(show);
  }

  /**
   * Joins a renderer to the gateway. Messages for the renderer go to `post`; the returned function takes its messages.
   * When the gateway ends, `onLost` is told, so that calls in flight can be given up; later ones wait for the next.
   */
  connectRenderer(
    post: (message: unknown) => void,
    onLost: () => void,
  ): { send: (message: unknown) => void; close: () => void } {
    let current: NodeMessagePort | null = null;
    /** Asked while no gateway runs. */
    let early: unknown[] = [];
    const send = (message: unknown): void => {
      if (current) relay(message, (one) => current?.postMessage(one), post);
      else early.push(message);
    };
    const entry = {
      attach: (port: NodeMessagePort): void => {
        current = port;
        port.on('message', (message: unknown) => relay(message, post, post));
        port.once('close', () => {
          if (current !== port) return;
          current = null;
          onLost();
        });
        for (const message of early.splice(0)) send(message);
      },
    };
    this.rendererPorts.add(entry);
    if (this.workers.gateway.running) this.serveRenderer(entry);
    return {
      send,
      close: () => {
        this.rendererPorts.delete(entry);
        const port = current;
        current = null;
        early = [];
        port?.close();
      },
    };
  }

  /** For tests: ends a worker as a crash would. */
  crashWorker(name: WorkerName): Promise<void> {
    return this.workers[name].crash();
  }

  /** Answers what has arrived, commits it, closes the database. */
  async close(): Promise<void> {
    this.closing = true;
    this.watchdog.close();
    // It asks the receiver, which would not answer any more.
    await this.workers.gateway.close();
    await this.workers.ingest.close();
    await this.workers.timeline.close();
    await this.workers.sync.close();
    await this.workers.store.close();
    await forgetGivenToken(this.dataDir);
    await this.lock.release();
  }

  /** Stops every thread where it is: a database that is closed is written to. */
  private async abandon(): Promise<void> {
    await Promise.all(Object.values(this.workers).map((worker) => worker.abandon()));
  }

  /** Resolves when `condition` holds after some change of state. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        this.stateWatchers.delete(check);
        resolve();
      };
      this.stateWatchers.add(check);
    });
  }

  private async run(): Promise<void> {
    for (const worker of Object.values(this.workers)) worker.start();
    const answered = (): boolean => this.uiListening || this.uiFailure !== null || this.startFailure !== null;
    const receiving = (): boolean => Object.values(this.receivers).every(({ state }) => state !== 'starting');
    await this.until(() => answered() && (receiving() || this.startFailure !== null));
    if (this.startFailure !== null) {
      await this.closeWorkers();
      throw new StartError(`A part of Spoor cannot run here: ${this.startFailure}`);
    }
    this.started = true;
    while (this.uiFailure) {
      const { message, freePort } = this.uiFailure;
      if (!this.options.uiPortMayMove || freePort === null) {
        await this.closeWorkers();
        const hint =
          freePort === null
            ? 'Choose another with --ui HOST:PORT.'
            : `Start with --ui ${this.uiAddress.host}:${freePort}.`;
        throw new StartError(`Spoor's pages cannot be served: ${message} ${hint}`);
      }
      this.options.log('warn', `${message} The pages are on port ${freePort} instead.`);
      this.uiFailure = null;
      this.uiAddress = { ...this.uiAddress, port: freePort };
      await this.workers.gateway.restart();
      await this.until(() => this.uiListening || this.uiFailure !== null);
    }
  }

  private worker(name: WorkerName, workerData: () => unknown): SupervisedWorker {
    return new SupervisedWorker(name, join(this.options.workersDir, `${name}.worker.js`), workerData, {
      onStart: () => {
        this.watchdog.watch(name, () => this.workers[name].post({ type: 'ping' }));
        this.join(name);
      },
      onMessage: (message) => {
        if (message.type === 'pong') this.watchdog.answered(name);
        else this.receive(message);
      },
      onCrash: (reason) => {
        this.watchdog.forget(name);
        this.options.log('error', `the ${name} worker stopped; starting it again`, { reason });
        if (name === 'store') this.store = { state: 'opening' };
        if (!this.started && ++this.earlyCrashes >= MAX_EARLY_CRASHES) {
          this.startFailure = reason;
          this.stateChanged();
        }
      },
    });
  }

  /** Gives a new thread its ports: to those it calls, and from those that call it. */
  private join(name: WorkerName): void {
    for (const [caller, callee] of LINKS) {
      if ((caller !== name && callee !== name) || !this.workers[caller].running || !this.workers[callee].running)
        continue;
      const { port1, port2 } = channel();
      this.workers[caller].post({ type: 'reach', worker: callee, port: port1 }, [port1]);
      this.workers[callee].post({ type: 'serve', port: port2 }, [port2]);
    }
    if (name === 'gateway' || name === 'sync') this.serveKeys(name);
    if (name === 'gateway') for (const entry of this.rendererPorts) this.serveRenderer(entry);
  }

  /** Keys go to the gateway, which calls endpoints and reports unresponsive parts, and to sync, which has a session with a server. */
  private serveKeys(name: 'gateway' | 'sync'): void {
    const { port1, port2 } = channel();
    serve(hostService(this.keys, this.settings, this.watchdog), channelOf(port2 as unknown as NodeMessagePort));
    this.workers[name].post({ type: 'reach', worker: 'host', port: port1 }, [port1]);
  }

  private serveRenderer(entry: { attach: (port: NodeMessagePort) => void }): void {
    const { port1, port2 } = channel();
    this.workers.gateway.post({ type: 'serve', port: port2 }, [port2]);
    entry.attach(port1 as unknown as NodeMessagePort);
  }

  private receive(message: Exclude<WorkerMessage, { type: 'pong' }>): void {
    const { log } = this.options;
    if (message.type === 'log') {
      log(message.level, message.message, message.fields);
      return;
    }
    if (message.type === 'store-state') {
      this.store = message.store;
      if (message.store.state === 'failed' || message.store.state === 'damaged') log('error', message.store.message);
    } else if (message.type === 'database-ended') {
      this.databaseEnds.note();
    } else if (message.type === 'receiver') {
      const { protocol, receiver } = message;
      this.receivers[protocol] = receiver;
      if (receiver.state === 'listening') this.otlpAddresses[protocol] = { host: receiver.host, port: receiver.port };
    } else if (message.type === 'listening') {
      this.uiAddress = { host: message.host, port: message.port };
      this.uiListening = true;
    } else {
      this.uiListening = false;
      this.uiFailure = message;
    }
    this.stateChanged();
  }

  private stateChanged(): void {
    for (const check of [...this.stateWatchers]) check();
  }

  private async closeWorkers(): Promise<void> {
    await Promise.all(Object.values(this.workers).map((worker) => worker.close()));
  }
}

function channel(): { port1: MessagePort; port2: MessagePort } {
  // Node's MessagePort and the DOM's are one shape under two names.
  return new MessageChannel() as unknown as { port1: MessagePort; port2: MessagePort };
}

function urlOf(address: ListenAddress): string {
  return `http://${authorityOf(address)}`;
}
