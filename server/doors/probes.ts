/** What probes and collectors of metrics ask. The metrics are of all workspaces, so they are for whoever runs the server alone. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UnresponsivePart } from '../../core/api/unresponsive-part';
import { sayHealth } from '../../services/net/health';
import type { Watchdog } from '../../services/watchdog';
import type { ServerDatabase } from '../adapters/database';
import { STORING } from '../modules/traces/service/ingest-thread';
import type { ServerMetrics } from '../observe/metrics';

const HEALTH_TIMEOUT_MS = 2_000;
/** Where its files are is not for everybody who asks. */
const DAMAGED = 'the database is damaged\n';
const NO_TOKEN =
  'Metrics are read with a token: start the server with SPOOR_METRICS_TOKEN, and send Authorization: Bearer with it.\n';
const WRONG_TOKEN = 'This is not the token that the server was started with as SPOOR_METRICS_TOKEN.\n';

interface Probed {
  readonly database: Pick<ServerDatabase, 'system' | 'damage'>;
  readonly metrics: ServerMetrics;
  readonly watchdog: Pick<Watchdog, 'unresponsive'>;
  /** Null: nobody reads the metrics. */
  readonly metricsToken: string | null;
  readonly isDraining: () => boolean;
}

export type Probe = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** @returns by path */
export function probesOf({ database, metrics, watchdog, metricsToken, isDraining }: Probed): Record<string, Probe> {
  const say = (response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  };
  // What the database keeps waiting may be one workspace alone: the status and the metrics say so, and others are served.
  const threads = (): UnresponsivePart[] => watchdog.unresponsive.filter(({ part }) => part !== STORING);
  return {
    '/healthz': async (_request, response) => {
      if (database.damage() !== null) return say(response, 503, DAMAGED);
      sayHealth(response, threads());
    },
    '/readyz': async (_request, response) => {
      if (isDraining()) return say(response, 503, 'ending\n');
      if (database.damage() !== null) return say(response, 503, DAMAGED);
      if (threads().length > 0) return sayHealth(response, threads());
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('timeout')), HEALTH_TIMEOUT_MS);
      });
      const ready = await Promise.race([database.system.query('select 1 as one'), late]).then(
        () => true,
        () => false,
      );
      clearTimeout(timer);
      say(response, ready ? 200 : 503, ready ? 'ready\n' : 'the database is not there\n');
    },
    '/metrics': async (request, response) => {
      if (metricsToken !== null && isBearer(request.headers.authorization, metricsToken))
        return say(response, 200, await metrics.text(), metrics.contentType);
      response.setHeader('www-authenticate', 'Bearer');
      say(response, 401, metricsToken === null ? NO_TOKEN : WRONG_TOKEN);
    },
  };
}

/** In a time that says nothing about how much of the token is right. */
function isBearer(header: string | undefined, token: string): boolean {
  const [scheme, given, ...more] = (header ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || given === undefined || more.length > 0) return false;
  const digest = (text: string): Uint8Array => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
