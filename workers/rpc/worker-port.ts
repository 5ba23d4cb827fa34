/** The thread side of the wiring: what a worker's entry file does with the host's messages. */
import { type MessagePort as NodeMessagePort, parentPort, type TransferListItem } from 'node:worker_threads';
import type { Channel } from '../../core/api/rpc/channel';
import { createLink, type Link, type ServeOptions, type Service, serve } from '../../core/api/rpc/service';
import type { HostMessage, PeerName, WorkerMessage } from '../../core/api/workers';
import { onLastResort } from '../../services/last-resort';
import type { Log } from '../../services/log';

export function channelOf(port: NodeMessagePort): Channel {
  return {
    send: (message, transfer) => port.postMessage(message, transfer as unknown as TransferListItem[]),
    listen(hear, lost) {
      port.on('message', hear);
      port.on('messageerror', lost);
    },
  };
}

export function closedOf(port: NodeMessagePort): Promise<void> {
  return new Promise((resolve) => port.once('close', resolve));
}

export function tellHost(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

export const logToHost: Log = (level, message, fields) => {
  tellHost(fields ? { type: 'log', level, message, fields } : { type: 'log', level, message });
};

const SPOKEN_NAMES: Readonly<Record<PeerName, string>> = {
  host: 'host',
  store: 'database',
  ingest: 'receiver',
  timeline: 'timeline',
  sync: 'sync',
  gateway: 'gateway',
};

/** Links to the other workers, by name; the host attaches and re-attaches them. */
export class WorkerLinks {
  private readonly links = new Map<PeerName, Link<never>>();

  to<T extends Service<T>>(worker: PeerName): T {
    const link = createLink<T>(SPOKEN_NAMES[worker]);
    this.links.set(worker, link as unknown as Link<never>);
    return link.api;
  }

  attach(worker: PeerName, port: NodeMessagePort): void {
    this.links.get(worker)?.attach(channelOf(port), closedOf(port));
  }
}

/** Answers the host: serves `service`, attaches `links`, and runs `close` before the thread ends. */
export function runWorker<T extends Service<T>>(
  service: T,
  links: WorkerLinks,
  close: () => Promise<void>,
  options: Pick<ServeOptions, 'transfer' | 'methods'> = {},
): void {
  onLastResort({ name: 'a thread', log: logToHost, drain: close, exit: (code) => process.exit(code) });
  parentPort?.on('message', (message: HostMessage) => {
    switch (message.type) {
      case 'serve': {
        const port = message.port as unknown as NodeMessagePort;
        serve(service, channelOf(port), { ...options, closed: closedOf(port) });
        break;
      }
      case 'reach':
        links.attach(message.worker, message.port as unknown as NodeMessagePort);
        break;
      case 'ping':
        tellHost({ type: 'pong' });
        break;
      case 'close':
        close()
          .catch((error: unknown) => logToHost('error', 'close failed', { error: String(error) }))
          .finally(() => process.exit(0));
        break;
    }
  });
}
