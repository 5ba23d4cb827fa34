/** Zipkin's endpoints, from the attributes that say who was at either end of a call. */

import type { KeyValue } from '../../model/json-types';
import type { SentSpan } from '../../otlp/read-trace-request';
import { textOfValue } from '../text-of-value';
import { SCOPE_NAME } from './to-otlp';

export interface WrittenEndpoint {
  readonly serviceName?: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly port?: number;
}

interface Endpoints {
  readonly local: WrittenEndpoint | null;
  readonly remote: WrittenEndpoint | null;
  /** Keys of attributes that are said by endpoints alone. */
  readonly folded: ReadonlySet<string>;
}

/** Who was called, the surest first (trace/sdk_exporters/zipkin.md). */
const REMOTE_NAMES = ['peer.service', 'server.address', 'net.peer.name', 'peer.hostname', 'db.name'];
const REMOTE_ADDRESSES = ['network.peer.address', 'net.sock.peer.addr', 'net.peer.ip', 'peer.ipv4', 'peer.address'];
const REMOTE_PORTS = ['network.peer.port', 'server.port', 'net.sock.peer.port', 'net.peer.port', 'peer.port'];
/** What the reader of Zipkin's form made of them. */
const FOLDED: ReadonlySet<string> = new Set([
  'peer.service',
  ...['local', 'peer'].flatMap((side) => [
    `network.${side}.address`,
    `network.${side}.address.ipv6`,
    `network.${side}.port`,
  ]),
]);
const NOTHING: ReadonlySet<string> = new Set();
const KIND_CLIENT = 3;
const KIND_PRODUCER = 4;
const MAX_PORT = 65_535;

export function writtenEndpoints(span: SentSpan): Endpoints {
  const { attributes } = span.body;
  const { resource, scope } = span.owner;
  const service = textOf(resource.attributes, ['service.name']);
  const local = endpoint(service, addresses(attributes, 'local'), portOf(attributes, ['network.local.port']));
  if (scope.name === SCOPE_NAME) {
    const name = textOf(attributes, ['peer.service']);
    const remote = endpoint(name, addresses(attributes, 'peer'), portOf(attributes, ['network.peer.port']));
    return { local, remote, folded: FOLDED };
  }
  const calls = span.kind === KIND_CLIENT || span.kind === KIND_PRODUCER;
  if (!calls) return { local, remote: null, folded: NOTHING };
  const name = textOf(attributes, REMOTE_NAMES);
  const remote = endpoint(name, [textOf(attributes, REMOTE_ADDRESSES)], portOf(attributes, REMOTE_PORTS));
  return { local, remote: name === '' && !remote?.ipv4 && !remote?.ipv6 ? null : remote, folded: NOTHING };
}

function addresses(attributes: readonly KeyValue[], side: 'local' | 'peer'): readonly string[] {
  return [`network.${side}.address`, `network.${side}.address.ipv6`].map((key) => textOf(attributes, [key]));
}

function endpoint(serviceName: string, said: readonly string[], port: number): WrittenEndpoint | null {
  const ipv4 = said.find((address) => /^\d{1,3}(\.\d{1,3}){3}$/.test(address));
  const ipv6 = said.find((address) => address.includes(':') && /^[\da-fA-F:.]+$/.test(address));
  if (serviceName === '' && ipv4 === undefined && ipv6 === undefined && port === 0) return null;
  return {
    ...(serviceName === '' ? {} : { serviceName }),
    ...(ipv4 === undefined ? {} : { ipv4 }),
    ...(ipv6 === undefined ? {} : { ipv6 }),
    ...(port === 0 ? {} : { port }),
  };
}

/** Of the first key that is there. */
function textOf(attributes: readonly KeyValue[], keys: readonly string[]): string {
  for (const key of keys) {
    const pair = attributes.findLast((one) => one.key === key);
    const text = pair ? textOfValue(pair.value) : '';
    if (text !== '') return text;
  }
  return '';
}

function portOf(attributes: readonly KeyValue[], keys: readonly string[]): number {
  const port = Number(textOf(attributes, keys));
  return Number.isInteger(port) && port > 0 && port <= MAX_PORT ? port : 0;
}
