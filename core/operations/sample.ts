/** The generated sample: load it to look around, and remove it again. A team server offers none, because its data is shared. */
import { z } from 'zod';
import type { SampleRequest } from '../api/sample';
import { wholeOrNothing } from './input';
import { operation, through } from './operation';

const REQUEST = z.strictObject({ beside: z.boolean().optional() });

export const sample = {
  sampleReport: operation({
    summary: 'Whether the generated sample is stored, and how far loading or removing it is',
    permission: null,
    input: [],
    rest: { method: 'get', path: '/v1/sample', id: 'getSample' },
    run: through(({ sample }) => sample.report()),
  }),
  /** @throws CONFLICT where there is data already, or what is received is forwarded, and `beside` is not set */
  loadSample: operation({
    summary: 'Loads the generated sample: traces, agent runs, sessions, logs and metrics',
    permission: null,
    input: [wholeOrNothing(REQUEST)],
    rest: { method: 'post', path: '/v1/sample', status: 202, refusals: [409] },
    run: through(({ sample }, request: SampleRequest) => sample.load(request)),
  }),
  /** @throws CONFLICT while it is loaded or removed */
  removeSample: operation({
    summary: 'Removes the generated sample and nothing else',
    permission: null,
    input: [],
    rest: { method: 'delete', path: '/v1/sample', status: 202, refusals: [409] },
    run: through(({ sample }) => sample.remove()),
  }),
};
