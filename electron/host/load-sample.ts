/** Fills an empty workspace with the generated sample, through the OTLP port like any other program. */
import { gzipSync } from 'node:zlib';
import { nsFromMs } from '../../core/model/time';
import { sampleTelemetry } from '../../core/samples/sample-workspace';
import type { Host } from './host';
import type { HostLog } from './log';

/** Says in the log what kept the sample from loading. A host that is closed in the meantime ends it without a word. */
export async function loadSample(host: Host, log: HostLog): Promise<void> {
  try {
    const failure = await sendSample(host);
    if (failure !== null) log('warn', failure);
  } catch (error) {
    if (!host.closing) log('warn', `The sample was not loaded completely: ${String(error)}. Start again to load it.`);
  }
}

/** @returns why it was not sent as a whole, or null. */
async function sendSample(host: Host): Promise<string | null> {
  if (host.otlpHttpUrl === null) return 'The sample was not loaded: the OTLP port is not open.';
  const listed = await fetch(`${host.ui}/v1/traces?limit=1`, { headers: { authorization: `Bearer ${host.token}` } });
  if (!listed.ok) return `The sample was not loaded: the workspace cannot be read (it answered ${listed.status}).`;
  const { data } = (await listed.json()) as { data: unknown[] };
  if (data.length > 0) return null;
  for (const { path, body } of sampleTelemetry(nsFromMs(Date.now()))) {
    if (host.closing) return null;
    const response = await fetch(`${host.otlpHttpUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify(body)),
    });
    if (!response.ok && !host.closing)
      return `The sample was not loaded completely: the receiver answered ${response.status}.`;
  }
  return null;
}
