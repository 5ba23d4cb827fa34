/** What is asked for each kind of evaluator, and how it is read. */
import type { Evaluator } from '../../../core/api/evaluation';

interface Judge {
  readonly endpointId: string;
  readonly model: string;
}

export interface EvaluatorInput {
  readonly title: string;
  /** Null: nothing is asked. */
  readonly placeholder: string | null;
  /** Null: it cannot be read yet. */
  readonly read: (text: string, judge: Judge) => Evaluator | null;
}

export const KINDS = [
  'exact',
  'contains',
  'regex',
  'json-schema',
  'length',
  'latency',
  'cost',
  'tools',
  'judge',
] as const satisfies readonly Evaluator['kind'][];

export const INPUTS: Readonly<Record<Evaluator['kind'], EvaluatorInput>> = {
  exact: {
    title: 'Is what is expected',
    placeholder: null,
    read: () => ({ kind: 'exact', ignoreCase: true }),
  },
  contains: {
    title: 'Contains',
    placeholder: 'text; if empty, the expected answer',
    read: (text) => ({ kind: 'contains', text: text.trim() || null }),
  },
  regex: {
    title: 'Matches',
    placeholder: '^\\d+ (EUR|USD)$',
    read: (text) => (text === '' ? null : { kind: 'regex', pattern: text }),
  },
  'json-schema': {
    title: 'Fits a JSON Schema',
    placeholder: '{"type":"object","required":["city"]}',
    read: (text) => {
      try {
        return { kind: 'json-schema', schema: JSON.parse(text) };
      } catch {
        return null;
      }
    },
  },
  length: {
    title: 'Is of a length',
    placeholder: '10-500 characters',
    read: (text) => {
      const [, min = '', max = ''] = /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(text) ?? [];
      if (min === '' && max === '') return null;
      return { kind: 'length', min: min === '' ? null : Number(min), max: max === '' ? null : Number(max) };
    },
  },
  latency: {
    title: 'Comes within',
    placeholder: 'milliseconds',
    read: (text) => positive(text, (maxMs) => ({ kind: 'latency', maxMs })),
  },
  cost: {
    title: 'Costs at most',
    placeholder: 'US dollars',
    read: (text) => positive(text, (maxUsd) => ({ kind: 'cost', maxUsd })),
  },
  tools: {
    title: 'Calls tools in order',
    placeholder: 'search, fetch; empty: none',
    read: (text) => {
      const names = text
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean);
      return { kind: 'tools', names, exactly: names.length === 0 };
    },
  },
  judge: {
    title: 'A model judges',
    placeholder: 'Is it correct, polite and short?',
    read: (text, { endpointId, model }) =>
      text.trim() === '' || endpointId === '' || model === ''
        ? null
        : { kind: 'judge', endpointId, model, rubric: text.trim() },
  },
};

function positive(text: string, make: (value: number) => Evaluator): Evaluator | null {
  const value = Number(text);
  return text.trim() === '' || !(value >= 0) ? null : make(value);
}
