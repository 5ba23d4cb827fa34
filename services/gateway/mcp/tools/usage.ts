/** What calls of models take and cost. */
import { z } from 'zod';
import { USAGE_BY } from '../../../../core/api/usage';
import { formatCost, formatDuration, formatTokens, plural } from '../../../../core/model/format';
import { addFrom } from '../counted-list';
import { dollars, msOf, shortTime } from '../figures';
import { bounded, quoted } from '../quoted';
import { RANGE, rangeOf } from '../range';
import { tool } from '../tool';

const WHOLE_STEP_SECONDS = 10_000_000;
const LIST = 100;

export const modelUsage = tool({
  name: 'model_usage',
  title: 'Cost and tokens of models',
  description:
    'Model calls with tokens, cached tokens, cost and errors, by model, provider, agent or service, the most expensive first. Costs are by the price list; what has no known price is said to be missing.',
  uses: ['usageMetrics'],
  input: { groupBy: z.enum(USAGE_BY).optional().describe('model unless given'), ...RANGE },
  facts: { calls: z.number(), costUsd: z.number().nullable(), costComplete: z.boolean() },
  item: {
    name: z.string().nullable(),
    calls: z.number(),
    errors: z.number(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    cacheReadTokens: z.number(),
    costUsd: z.number().nullable(),
    costComplete: z.boolean(),
  },
  async run(asked, { groupBy = 'model', from, to, cursor }, paper) {
    const { answer, cursors } = paper;
    const at = cursors.index(cursor);
    const usage = await asked.api.usageMetrics({ ...rangeOf({ from, to }), groupBy, stepSeconds: WHOLE_STEP_SECONDS });
    const { groups, other } = usage;
    const all = [...groups, ...(other ? [other] : [])];
    const calls = all.reduce((sum, one) => sum + one.calls, 0);
    const costs = all.flatMap(({ costUsd, reportedCostUsd }) => costUsd ?? reportedCostUsd ?? []);
    const cost = costs.length === 0 ? null : costs.reduce((sum, one) => sum + one, 0);
    const costComplete = all.every((one) => one.costComplete);
    answer.say(
      `${plural(calls, 'model call')} for ${formatCost(cost)}${costComplete ? '' : ' without calls whose price is unknown'}, by ${groupBy}`,
      { calls, costUsd: dollars(cost), costComplete },
    );
    const left = addFrom(paper, groups, at, (one) => [
      `- ${one.name === null ? 'not said' : quoted(one.name, 72)} ${plural(one.calls, 'call')}, ${plural(one.errors, 'error')}, ${formatTokens(one.inputTokens, one.outputTokens)} tokens, ${one.cacheReadTokens} from cache, ${formatCost(one.costUsd ?? one.reportedCostUsd)}${one.costComplete ? '' : ' (some prices unknown)'}`,
      {
        name: one.name === null ? null : bounded(one.name, 60),
        calls: one.calls,
        errors: one.errors,
        inputTokens: one.inputTokens,
        outputTokens: one.outputTokens,
        cacheReadTokens: one.cacheReadTokens,
        costUsd: dollars(one.costUsd ?? one.reportedCostUsd),
        costComplete: one.costComplete,
      },
    ]);
    const doubts = [];
    if (other) doubts.push(`${other.count} rarer groups are counted in the total only.`);
    if (usage.countedSince) doubts.push(`only calls since ${shortTime(usage.countedSince)} are counted.`);
    if (usage.asOf) doubts.push(`counted at ${shortTime(usage.asOf)}.`);
    return answer.end({
      cursor: left,
      partial: doubts.length > 0 ? doubts.join(' ') : null,
      link: asked.links.screen('usage'),
    });
  },
});

export const listAgents = tool({
  name: 'list_agents',
  title: 'List agents',
  description: 'Agents with their runs, failures, durations, models, tokens and cost, the most expensive first.',
  uses: ['listAgents'],
  input: RANGE,
  facts: { agents: z.number() },
  item: {
    name: z.string().nullable(),
    runs: z.number(),
    failedRuns: z.number(),
    runsWithErrors: z.number(),
    p95Ms: z.number().nullable(),
    models: z.array(z.string()),
    calls: z.number(),
    costUsd: z.number().nullable(),
  },
  async run(asked, { from, to, cursor }, paper) {
    const { answer, cursors } = paper;
    const at = cursors.index(cursor);
    const { data, total, countedSince, asOf } = await asked.api.listAgents({ ...rangeOf({ from, to }), limit: LIST });
    answer.say(`${plural(total, 'agent')}, the most expensive first`, { agents: total });
    const left = addFrom(paper, data, at, (one) => [
      `- ${one.name === null ? 'no agent named' : quoted(one.name, 56)} ${plural(one.runs, 'run')}, ${one.failedRuns} failed, ${one.runsWithErrors} with errors, p95 ${formatDuration(one.p95Ns)}, ${plural(one.calls, 'model call')} (${one.models
        .slice(0, 3)
        .map((name) => quoted(name, 40))
        .join(
          ', ',
        )}), ${formatTokens(one.inputTokens, one.outputTokens)} tokens, ${formatCost(one.costUsd ?? one.reportedCostUsd)}`,
      {
        name: one.name === null ? null : bounded(one.name, 48),
        runs: one.runs,
        failedRuns: one.failedRuns,
        runsWithErrors: one.runsWithErrors,
        p95Ms: msOf(one.p95Ns),
        models: one.models.slice(0, 3).map((name) => bounded(name, 36)),
        calls: one.calls,
        costUsd: dollars(one.costUsd ?? one.reportedCostUsd),
      },
    ]);
    const doubts = [];
    if (total > data.length) doubts.push(`only the ${data.length} most expensive of ${total} agents are listed.`);
    if (countedSince) doubts.push(`only runs since ${shortTime(countedSince)} are counted.`);
    if (asOf) doubts.push(`counted at ${shortTime(asOf)}.`);
    return answer.end({
      cursor: left,
      partial: doubts.length > 0 ? doubts.join(' ') : null,
      link: asked.links.screen('agents'),
    });
  },
});
