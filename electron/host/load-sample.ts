/** Fills an empty workspace with the generated sample, through the OTLP port like any other program. */
import { gzipSync } from 'node:zlib';
import { nsFromMs } from '../../core/model/time';
import { sampleTelemetry } from '../../core/samples/sample-workspace';
import type { Host } from './host';
import type { HostLog } from './log';

export async function loadSample(host: Host, log: HostLog): Promise<void> {
  if (host.otlpHttpUrl === null) {
    log('warn', 'The sample was not loaded: the OTLP port is not open.');
    return;
  }
  const status = await fetch(`${host.ui}/v1/traces?limit=1`, { headers: { authorization: `Bearer ${host.token}` } });
  const { data } = (await status.json()) as { data: unknown[] };
  if (data.length > 0) return;
  for (const { path, body } of sampleTelemetry(nsFromMs(Date.now()))) {
    const response = await fetch(`${host.otlpHttpUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify(body)),
    });
    if (!response.ok) {
      log('warn', `The sample was not loaded completely: the receiver answered ${response.status}.`);
      return;
    }
  }
}
