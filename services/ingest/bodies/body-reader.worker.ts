/** The thread that reads large bodies: one after the other, so that it holds what one of them becomes. */
import { parentPort, type TransferListItem } from 'node:worker_threads';
import { RECEIVED_FORMATS } from '../../../core/formats/formats';
import { nsFromMs } from '../../../core/model/time';
import { hexOf } from '../digest';
import { type BodyAsked, type BodyTold, failureOf } from './body-messages';
import { readExport } from './read-export';
import { readFormat } from './read-format';

parentPort?.on('message', (asked: BodyAsked) => {
  let told: BodyTold;
  try {
    told = answer(asked);
  } catch (error) {
    told = { kind: 'failed', failure: failureOf(error) };
  }
  parentPort?.postMessage(told, buffersOf(told));
});

function answer(asked: BodyAsked): BodyTold {
  if (asked.kind === 'export') {
    const read = readExport(asked.bytes, asked.asked);
    return { kind: 'export', read: read.look === null ? { ...read, protobuf: own(read.protobuf) } : read };
  }
  const format = RECEIVED_FORMATS.find(({ name }) => name === asked.format);
  if (!format) throw new TypeError(`there is no format ${asked.format}`);
  const reader = format.open({ hexOf, nowNs: () => nsFromMs(Date.now()) });
  reader.memory?.learn(asked.known);
  const { requests, ...found } = readFormat(format, reader, asked.bytes, asked.encoding);
  const owned = requests.map(({ signal, protobuf }) => ({ signal, protobuf: own(protobuf) }));
  return { kind: 'format', read: { ...found, requests: owned, learned: reader.memory?.learned() ?? new Map() } };
}

/** It moves, without what else its memory holds. */
function own(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

function buffersOf(told: BodyTold): TransferListItem[] {
  if (told.kind === 'export') return told.read.look === null ? [bufferOf(told.read.protobuf)] : [];
  return told.kind === 'format' ? told.read.requests.map(({ protobuf }) => bufferOf(protobuf)) : [];
}

function bufferOf({ buffer }: Uint8Array): TransferListItem {
  if (!(buffer instanceof ArrayBuffer)) throw new TypeError('shared memory does not move');
  return buffer;
}
