/** The thread that reads large bodies: one after the other, so that it holds what one of them becomes. */
import { parentPort } from 'node:worker_threads';
import { RECEIVED_FORMATS } from '../../../core/formats/formats';
import { nsFromMs } from '../../../core/model/time';
import { hexOf } from '../digest';
import { ownBytes } from '../own-bytes';
import { type BodyAsked, type BodyTold, failureOf } from './body-messages';
import { readExport } from './read-export';
import { readFormat } from './read-format';

/** What is told, and the memory that moves with it. */
interface Answer {
  readonly told: BodyTold;
  readonly moved: readonly ArrayBuffer[];
}

parentPort?.on('message', (asked: BodyAsked) => {
  let found: Answer;
  try {
    found = answer(asked);
  } catch (error) {
    found = { told: { kind: 'failed', failure: failureOf(error) }, moved: [] };
  }
  parentPort?.postMessage(found.told, found.moved);
});

function answer(asked: BodyAsked): Answer {
  if (asked.kind === 'export') {
    const read = readExport(asked.bytes, asked.asked);
    if (read.look !== null) return { told: { kind: 'export', read }, moved: [] };
    const protobuf = ownBytes(read.protobuf);
    return { told: { kind: 'export', read: { ...read, protobuf } }, moved: [protobuf.buffer] };
  }
  const format = RECEIVED_FORMATS.find(({ name }) => name === asked.format);
  if (!format) throw new TypeError(`there is no format ${asked.format}`);
  const reader = format.open({ hexOf, nowNs: () => nsFromMs(Date.now()) });
  reader.memory?.learn(asked.known);
  const { requests, ...found } = readFormat(format, reader, asked.bytes, asked.encoding);
  const owned = requests.map(({ signal, protobuf }) => ({ signal, protobuf: ownBytes(protobuf) }));
  const learned = reader.memory?.learned() ?? new Map();
  return {
    told: { kind: 'format', read: { ...found, requests: owned, learned } },
    moved: owned.map(({ protobuf }) => protobuf.buffer),
  };
}
