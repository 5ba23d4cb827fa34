/** What agents and the models that they call take. */
import { z } from 'zod';
import type { AgentListQuery } from '../api/agents';
import { USAGE_BY, type UsageQuery } from '../api/usage';
import { read } from '../store/workspace/store-call';
import { whole } from './input';
import { operation } from './operation';
import { NARROWED, PAGE, stepSeconds } from './schemas';

const USAGE = NARROWED.extend({
  groupBy: z.enum(USAGE_BY, { message: `is one of ${USAGE_BY.join(', ')}` }).optional(),
  stepSeconds,
});

export const usage = {
  usageMetrics: operation({
    summary: 'Model calls with their tokens and costs, over time',
    permission: 'telemetry:read',
    input: [whole(USAGE)],
    rest: { method: 'get', path: '/v1/metrics/usage', id: 'getUsageMetrics', renames: { stepSeconds: 'step' } },
    run: read(({ usage }, query: UsageQuery) => usage(query)),
  }),
  /** The most expensive first. */
  listAgents: operation({
    summary: 'Agents with their runs, model calls, tokens and costs',
    permission: 'telemetry:read',
    input: [whole(NARROWED.extend(PAGE.shape))],
    rest: { method: 'get', path: '/v1/agents' },
    run: read(({ agents }, query: AgentListQuery) => agents(query)),
  }),
};
