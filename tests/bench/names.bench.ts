/**
 * Names without end: each span has a name, a service, an attribute key, a value, a session, a model and an agent that no other has.
 * What the process takes, and how large and how quick answers are, from ten thousand to a million of them (4,000 of each kind in
 * short form; `SPOOR_NAMES=10000000` goes on). It fails when an answer, the open files or the memory are more than what any number
 * of names may take.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { traceRequest } from '../../core/samples/otlp-builder';
import { bytesBelow } from '../../workers/store/disk-usage';
import { startSpoor, temporaryFolder } from '../fixtures/spoor';
import { sendLoad } from './load';
import { MemoryWatch } from './memory';
import { type Figure, report, SHORT } from './report';

const MOST = Number(process.env.SPOOR_NAMES ?? (SHORT ? 4_000 : 1_000_000));
const STAGES = [1_000, 4_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 10_000_000].filter(
  (stage) => stage <= MOST && (SHORT || stage >= 10_000),
);
const BATCH = 500;
/** Of each list; where one takes long, fewer. */
const TIMES = SHORT ? 2 : 5;
const PATIENCE_MS = 10_000;
const CONNECTIONS = 4;
const MOST_ANSWER_KB = 2_500;
const MOST_OPEN_FILES = 400;
const MOST_MEMORY_MIB = 1_250;
const START_NS = BigInt(Date.now()) * 1_000_000n - 3_600_000_000_000n;

const ANSWERS: readonly (readonly [name: string, path: string])[] = [
  ['traces', '/v1/traces'],
  ['a trace by name', `/v1/traces?query=${encodeURIComponent('{ name = "operation 7" }')}`],
  ['a trace by service', `/v1/traces?query=${encodeURIComponent('{ resource.service.name = "service 7" }')}`],
  ['services', '/v1/services'],
  ['edges', '/v1/services/edges'],
  ['operations', '/v1/operations'],
  ['rates by operation', '/v1/metrics/red?groupBy=operation'],
  ['rates by service', '/v1/metrics/red'],
  ['groups by name', '/v1/groups?by=name'],
  ['usage by model', '/v1/metrics/usage?groupBy=model'],
  ['agents', '/v1/agents'],
  ['sessions', '/v1/sessions'],
  ['attribute keys', '/v1/attributes'],
  ['values of a key', '/v1/attributes/span.http.route/values'],
  ['status', '/v1/status'],
];

function batchFrom(from: number): Uint8Array {
  const spans = Array.from({ length: BATCH }, (_, i) => {
    const n = from + i;
    const startNs = START_NS + BigInt(n) * 100_000n;
    return {
      traceId: (BigInt(n) + (1n << 100n)).toString(16).padStart(32, '0'),
      spanId: (BigInt(n) + (1n << 60n)).toString(16).padStart(16, '0'),
      service: `service ${n}`,
      name: `operation ${n}`,
      kind: 2,
      startNs,
      endNs: startNs + 1_000_000n,
      attributes: {
        [`key.${n}`]: n,
        'http.route': `/items/${n}`,
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': `model ${n}`,
        'gen_ai.agent.name': `agent ${n}`,
        'gen_ai.conversation.id': `session ${n}`,
        'gen_ai.usage.input_tokens': 1,
      },
    };
  });
  return protobufFromTraceJson(traceRequest(spans));
}

async function main(): Promise<void> {
  const folder = await temporaryFolder();
  const figures: Figure[] = [];
  try {
    const spoor = await startSpoor(join(folder.path, 'spoor'));
    const memory = new MemoryWatch(spoor.ready.pid);
    let sent = 0;
    for (const stage of STAGES) {
      const began = sent;
      let seconds = 0;
      // Made a few at a time: a load of millions does not fit into memory.
      while (sent < stage) {
        const some = Math.min(20_000, stage - sent);
        const batches = Array.from({ length: some / BATCH }, (_, i) => batchFrom(sent + i * BATCH));
        seconds += (await sendLoad(spoor.ready.otlpHttp, batches, CONNECTIONS)).seconds;
        sent += some;
      }
      const at = `${stage.toLocaleString('en-US')} names`;
      figures.push({ name: `${at}: rate`, value: (stage - began) / seconds, unit: 'spans/s' });
      for (const [name, path] of ANSWERS) {
        const times: number[] = [];
        let bytes = 0;
        for (let spent = 0; times.length < TIMES && spent < PATIENCE_MS; spent += times.at(-1) ?? 0) {
          const startedAt = performance.now();
          const response = await fetch(new URL(path, spoor.ready.ui), {
            headers: { authorization: `Bearer ${spoor.ready.token}` },
          });
          bytes = (await response.arrayBuffer()).byteLength;
          if (!response.ok) throw new Error(`${path} answered ${response.status}`);
          times.push(performance.now() - startedAt);
        }
        figures.push({ name: `${at}: ${name}`, value: bytes / 1_000, unit: 'kB' });
        figures.push({ name: `${at}: ${name}, slowest of ${times.length}`, value: Math.max(...times), unit: 'ms' });
      }
      if (process.platform === 'linux') {
        const open = readdirSync(`/proc/${spoor.ready.pid}/fd`).length;
        figures.push({ name: `${at}: open files`, value: open, unit: '' });
      }
      figures.push({ name: `${at}: on disk`, value: (await bytesBelow(folder.path)) / 1024 ** 2, unit: 'MiB' });
      figures.push({ name: `${at}: resident memory`, value: memory.lastBytes / 1024 ** 2, unit: 'MiB' });
      for (const { name, value, unit } of figures.filter((figure) => figure.name.startsWith(at))) {
        process.stderr.write(`${name.padEnd(50)} ${value.toFixed(0).padStart(10)} ${unit}\n`);
      }
    }
    memory.stop();
    await spoor.stop();
    const highestMiB = memory.peakBytes / 1024 ** 2;
    report('names', figures, { highestMiB: Math.round(highestMiB) });
    const over = figures.filter(
      ({ value, unit, name }) =>
        (unit === 'kB' && value > MOST_ANSWER_KB) || (name.endsWith('open files') && value > MOST_OPEN_FILES),
    );
    if (highestMiB > MOST_MEMORY_MIB) over.push({ name: 'highest resident memory', value: highestMiB, unit: 'MiB' });
    if (over.length > 0) {
      throw new Error(
        `More than names may take: ${over.map(({ name, value }) => `${name} ${Math.round(value)}`).join(', ')}`,
      );
    }
  } finally {
    await folder.remove();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
