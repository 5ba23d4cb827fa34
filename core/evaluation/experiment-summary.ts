/** How an experiment went on the whole. */
import type { Experiment, ExperimentResult, ExperimentSummary } from '../api/evaluation';
import { evaluatorName } from './evaluator-name';

export function summaryOf({ results, ...experiment }: Experiment): ExperimentSummary {
  const answers = results.map(({ answer }) => answer);
  const known = <T>(values: readonly (T | null)[]): T[] => values.filter((value): value is T => value !== null);
  const costs = known(answers.map(({ costUsd }) => costUsd));
  return {
    ...experiment,
    doneCount: results.length,
    errorCount: answers.filter(({ error }) => error !== null).length,
    means: experiment.evaluators.map((evaluator) => {
      const name = evaluatorName(evaluator);
      return { name, mean: meanOf(results, name) };
    }),
    costUsd: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
    durationNs: mean(known(answers.map(({ durationNs }) => durationNs))),
  };
}

function meanOf(results: readonly ExperimentResult[], name: string): number | null {
  const values = results.flatMap(({ verdicts }) => verdicts.filter((verdict) => verdict.name === name));
  return mean(values.flatMap(({ value }) => (value === null ? [] : [value])));
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
