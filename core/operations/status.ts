/** What runs, and how it is set up. */
import type { OtlpProtocol } from '../api/contract';
import { SIGNAL, unchecked } from './input';
import { operation, own, resource, through } from './operation';
import { statusResource } from './shown';

export const status = {
  status: operation({
    summary: 'What runs, what is stored, what was pruned',
    permission: 'telemetry:read',
    input: [],
    rest: { method: 'get', path: '/v1/status', id: 'getStatus', shown: statusResource },
    run: through(({ status }) => status()),
  }),
  /** Resolves with the store's version once it differs from `after`, or with `after` when nothing changed for a while. */
  nextChange: operation({
    summary: 'Waits until something is stored or changed',
    permission: 'telemetry:read',
    input: [unchecked('after'), SIGNAL],
    rest: null,
    waits: true,
    run: through(({ store }, after: number, signal?: AbortSignal) => store.nextChange(Number(after), signal)),
  }),
  /** As any program would. */
  sendTestTrace: operation({
    summary: 'Exports a small trace to our own OTLP port',
    // What is sent to a server needs a key.
    permission: null,
    input: [],
    rest: null,
    run: through(({ sendTestTrace }) => sendTestTrace()),
  }),
  listenOnFreePort: operation({
    summary: 'Moves an OTLP receiver to a free port, after its own turned out to be taken',
    permission: null,
    input: [unchecked('protocol')],
    rest: null,
    run: through(({ ingest }, protocol: OtlpProtocol) =>
      ingest.listenOnFreePort(protocol === 'grpc' ? 'grpc' : 'http'),
    ),
  }),
};

export const statusResources = {
  getOpenApi: resource({
    summary: 'This document',
    // A server has one of its own, the same for every workspace.
    permission: null,
    rest: own({ method: 'get', path: '/v1/openapi.json' }),
  }),
};
