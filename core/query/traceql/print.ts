/** Writes a query out so that reading it gives the same query: what the search box shows of what it was told in words. */

import type {
  Compare,
  Field,
  FieldExpression,
  IntrinsicName,
  MathOperand,
  Metric,
  MetricMath,
  Pipeline,
  Scalar,
  Spanset,
  Stage,
  Static,
  TraceqlQuery,
} from './ast';
import { formatExactDuration } from './exact-duration';

/** The names that most queries are written with. */
const SHORT: Partial<Record<IntrinsicName, string>> = {
  'span:duration': 'duration',
  'span:name': 'name',
  'span:status': 'status',
  'span:statusMessage': 'statusMessage',
  'span:kind': 'kind',
  'span:text': 'text',
  'trace:rootName': 'rootName',
  'trace:rootService': 'rootServiceName',
  'trace:duration': 'traceDuration',
};

export function printTraceql(query: TraceqlQuery): string {
  const text = queryText(query);
  const { hints } = query;
  if (hints.length === 0) return text;
  return `${text} with(${hints.map(({ name, value }) => `${name}=${staticText(value)}`).join(', ')})`;
}

function queryText({ pipeline, metrics, series }: TraceqlQuery): string {
  return series.reduce(
    (text, stage) => {
      if (stage.kind !== 'threshold') return `${text} | ${stage.kind}(${stage.count})`;
      return `${text} ${stage.op} ${floatText(stage.value)}`;
    },
    metrics?.kind === 'math' ? mathText(metrics) : measureText(pipeline, metrics),
  );
}

/** Each side that is no number in parentheses of its own. */
function mathText({ op, left, right }: MetricMath): string {
  const side = (operand: MathOperand): string =>
    typeof operand === 'number' ? floatText(operand) : `(${queryText(operand)})`;
  return `${side(left)} ${op} ${side(right)}`;
}

function floatText(value: number): string {
  return String(value);
}

function measureText(pipeline: Pipeline, metrics: Metric | Compare | null): string {
  const parts = pipeline.stages.map(stageText);
  if (metrics?.kind === 'compare') {
    const { range } = metrics;
    const rest = [String(metrics.top), ...(range ? [String(range.start), String(range.end)] : [])];
    parts.push(`compare(${[spansetText(metrics.selection), ...rest].join(', ')})`);
  } else if (metrics) {
    const args = [...(metrics.of ? [fieldText(metrics.of)] : []), ...metrics.quantiles.map(String)].join(', ');
    const by = metrics.by.length > 0 ? ` by(${metrics.by.map(fieldText).join(', ')})` : '';
    parts.push(`${metrics.name}(${args})${by}`);
  }
  return parts.join(' | ');
}

function stageText(stage: Stage): string {
  switch (stage.kind) {
    case 'by':
    case 'select':
      return `${stage.kind}(${stage.fields.map(fieldText).join(', ')})`;
    case 'coalesce':
      return 'coalesce()';
    case 'scalarFilter':
      return `${scalarText(stage.left)} ${stage.op} ${scalarText(stage.right)}`;
    default:
      return spansetText(stage);
  }
}

function spansetText(spanset: Spanset): string {
  if (spanset.kind === 'filter') return spanset.condition ? `{ ${fieldText(spanset.condition)} }` : '{ }';
  if (spanset.kind === 'pipeline') return `(${pipelineText(spanset)})`;
  const side = (one: Spanset): string => (one.kind === 'spansets' ? `(${spansetText(one)})` : spansetText(one));
  return `${side(spanset.left)} ${spanset.op} ${side(spanset.right)}`;
}

function pipelineText({ stages }: Pipeline): string {
  return stages.map(stageText).join(' | ');
}

function scalarText(scalar: Scalar): string {
  if (scalar.kind === 'aggregate') return `${scalar.name}(${scalar.of ? fieldText(scalar.of) : ''})`;
  if (scalar.kind !== 'scalars') return staticText(scalar);
  const side = (one: Scalar): string => (one.kind === 'scalars' ? `(${scalarText(one)})` : scalarText(one));
  return `${side(scalar.left)} ${scalar.op} ${side(scalar.right)}`;
}

const COMPARES = /^(?:[=!<>]=?|[=!]~)$/;

/** A comparison within a condition needs no parentheses; anything else gets them rather than a rule to remember. */
export function fieldText(expression: FieldExpression): string {
  if (expression.kind === 'attribute' || expression.kind === 'intrinsic' || expression.kind === 'parent') {
    return nameText(expression);
  }
  if (expression.kind === 'unary') return `${expression.op}(${fieldText(expression.operand)})`;
  if (expression.kind !== 'binary') return staticText(expression);
  const { op, left, right } = expression;
  const side = (one: FieldExpression, isLeft: boolean): string => {
    if (one.kind !== 'binary') return fieldText(one);
    const joins = op === '&&' || op === '||';
    const bare = joins && (COMPARES.test(one.op) || (isLeft && one.op === op));
    return bare ? fieldText(one) : `(${fieldText(one)})`;
  };
  return `${side(left, true)} ${op} ${side(right, false)}`;
}

function nameText(field: Field): string {
  if (field.kind === 'intrinsic') return SHORT[field.name] ?? field.name;
  const name = /^[^\s{}()=~!<>&|^,"\\]+$/.test(field.name) ? field.name : `"${field.name.replace(/["\\]/g, '\\$&')}"`;
  if (field.kind === 'parent') return `parent${field.scope ? `.${field.scope}` : ''}.${name}`;
  return `${field.scope ?? ''}.${name}`;
}

function staticText(value: Static): string {
  switch (value.kind) {
    case 'string':
      return quotedText(value.value);
    case 'duration':
      return formatExactDuration(value.value);
    case 'float':
      return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value);
    case 'integer':
      return value.value === -(2n ** 63n) ? 'minInt' : String(value.value);
    case 'nil':
      return 'nil';
    default:
      return String(value.value);
  }
}

const ESCAPED: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '"': '\\"', '\\': '\\\\' };

function quotedText(text: string): string {
  return `"${text.replace(/[\n\t\r"\\]/g, (character) => ESCAPED[character] as string)}"`;
}
