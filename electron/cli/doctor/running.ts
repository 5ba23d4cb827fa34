/** What the Spoor that runs says of itself, and whether its receivers answer. */
import { connect } from 'node:net';
import type { OtlpReceiver } from '../../../core/api/contract';
import type { StatusResource } from '../../../core/api/http-resources';
import type { ListenAddress } from '../../../core/api/workers';
import { plural } from '../../../core/model/format';
import { authorityOf, reachedAt } from '../../../services/net/authority';
import { broken, type Finding, fine, warning } from './finding';

const HOUR_MS = 3_600_000;
const ANSWER_TIMEOUT_MS = 5_000;

export async function runningFindings(status: StatusResource): Promise<Finding[]> {
  return [
    ...storeFindings(status),
    ...(await receiverFindings('OTLP over HTTP', status.otlpHttp, answersHttp)),
    ...(await receiverFindings('OTLP over gRPC', status.otlpGrpc, answersTcp)),
    ...refusalFindings(status),
    ...keepingFindings(status),
    ...status.unresponsive.map((part) =>
      broken(
        'threads',
        `A part of Spoor gives no sign of life: ${JSON.stringify(part)}.`,
        'Stop Spoor and start it again',
      ),
    ),
  ];
}

function storeFindings({ store, counts, uptimeSeconds, version, disk }: StatusResource): Finding[] {
  const runs = `Spoor ${version} has been running for ${Math.round(uptimeSeconds)} s`;
  if (store.state === 'ready') {
    const stored = `${plural(counts.spans ?? 0, 'span')}, ${plural(counts.logs ?? 0, 'log record')} and ${plural(counts.metricPoints ?? 0, 'metric point')}`;
    const findings = [fine('database', `${runs}, and has ${stored}.`)];
    if (disk.full) findings.push(broken('disk', 'The disk is full: what arrives is refused.', 'Make room on the disk'));
    return findings;
  }
  if (store.state === 'opening')
    return [warning('database', `${runs}, and is still opening its database.`, 'Wait a moment')];
  return [broken('database', store.message, 'See docs/http-api.md on damaged databases; nothing was deleted')];
}

async function receiverFindings(
  what: string,
  receiver: OtlpReceiver,
  answers: (address: ListenAddress) => Promise<string | null>,
): Promise<Finding[]> {
  if (receiver.state === 'starting') return [warning('receivers', `${what} is still starting.`, 'Wait a moment')];
  if (receiver.state === 'failed') {
    const { message, freePort } = receiver;
    const mend = `Stop the other process, or choose ${freePort === null ? 'another port' : `port ${freePort}`} on the page of Spoor`;
    return [broken('receivers', `${what} is not received: ${message}`, mend)];
  }
  const { port } = receiver;
  const problem = await answers(reachedAt(receiver));
  if (problem === null) return [fine('receivers', `${what} is received on port ${port}.`)];
  return [broken('receivers', `${what} does not answer on port ${port}: ${problem}.`, 'Stop Spoor and start it again')];
}

/** An export of nothing. */
async function answersHttp(address: ListenAddress): Promise<string | null> {
  const url = `http://${authorityOf(address)}/v1/traces`;
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return response.ok ? null : `it says ${response.status}`;
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  }
}

function answersTcp({ host, port }: ListenAddress): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ANSWER_TIMEOUT_MS });
    const end = (problem: string | null): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end('it does not answer'));
    socket.once('error', (error) => end(error.message));
  });
}

/** The status counts since the start, and has the last of them with its time. */
function refusalFindings({ refused }: StatusResource): Finding[] {
  const { requests, records, last } = refused;
  if (last === null) return [fine('refused', 'Nothing was refused or not understood since the start.')];
  const said = `since the start ${requests} requests and ${records} records were refused or not understood; the last at ${last.time}: ${last.message}`;
  if (Date.now() - Date.parse(last.time) > HOUR_MS) return [fine('refused', `Nothing in the last hour; ${said}`)];
  return [
    warning('refused', `In the last hour something was refused: ${said}`, 'Mend what sends it, as the message says'),
  ];
}

function keepingFindings({ keeping, forwarding }: StatusResource): Finding[] {
  const findings: Finding[] = [];
  if (keeping.clock.state !== 'trusted') {
    const mend = 'Set the clock of the system; if it is right, say so under Settings, Retention';
    findings.push(warning('clock', 'The clock has jumped: nothing is pruned by age until you confirm it.', mend));
  }
  if (keeping.unmet !== null) {
    findings.push(
      warning('disk', 'The limit of size that you set cannot be met.', 'See Settings, Retention for the reason'),
    );
  }
  if (forwarding && (forwarding.failed > 0 || forwarding.dropped > 0)) {
    const message = `Forwarding: ${forwarding.failed} requests failed and ${forwarding.dropped} were dropped${forwarding.lastError === null ? '' : `; the last error: ${forwarding.lastError}`}.`;
    findings.push(warning('forwarding', message, 'Look at the endpoint that --forward or settings.json names'));
  }
  return findings;
}
