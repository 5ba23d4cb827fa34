/** What the grammar lets through and makes no sense: conditions that are not true or false, and comparisons across types. */
import type {
  Aggregate,
  Binary,
  FieldExpression,
  IntrinsicName,
  Pipeline,
  Scalar,
  Spanset,
  Stage,
  TraceqlQuery,
} from './ast';
import { TraceqlSyntaxError } from './syntax-error';
import { fieldsIn, isText } from './walk';

/** `any` is known only from the span; integers, floats and durations are all numbers. */
type Type = 'any' | 'text' | 'number' | 'boolean' | 'status' | 'spanKind' | 'nil';

const NUMERIC: readonly IntrinsicName[] = [
  'span:duration',
  'span:childCount',
  'trace:duration',
  'event:timeSinceStart',
  'nestedSetLeft',
  'nestedSetRight',
  'nestedSetParent',
];

/** @throws TraceqlSyntaxError */
export function checkQuery({ pipeline, metrics, series }: TraceqlQuery): void {
  checkPipeline(pipeline);
  if (metrics?.kind === 'compare') {
    checkSpanset(metrics.selection);
    if (series.length > 0) throw new TraceqlSyntaxError('nothing follows compare()', 0, 1);
  } else if (metrics?.kind === 'math') {
    for (const side of [metrics.left, metrics.right]) {
      if (typeof side === 'number') continue;
      if (side.metrics?.kind === 'compare') {
        throw new TraceqlSyntaxError('one cannot calculate with compare()', metrics.at, 1);
      }
      checkQuery(side);
    }
  } else if (metrics?.of) checkNumber(metrics.of, metrics.name);
}

function checkPipeline({ stages }: Pipeline): void {
  for (const stage of stages) checkStage(stage);
}

function checkStage(stage: Stage): void {
  switch (stage.kind) {
    case 'by':
      for (const field of stage.fields) {
        typeOf(field);
        if (fieldsIn(field).length === 0) throw wrong(field, 'by() takes a field of the span');
      }
      return;
    case 'scalarFilter':
      if (stage.op === '=~' || stage.op === '!~') {
        throw new TraceqlSyntaxError(`${stage.op} compares text, not numbers`, 0, 1, '=');
      }
      checkScalar(stage.left);
      checkScalar(stage.right);
      return;
    case 'select':
    case 'coalesce':
      return;
    default:
      checkSpanset(stage);
  }
}

function checkSpanset(spanset: Spanset): void {
  if (spanset.kind === 'pipeline') checkPipeline(spanset);
  else if (spanset.kind === 'spansets') {
    checkSpanset(spanset.left);
    checkSpanset(spanset.right);
  } else if (spanset.condition) {
    const type = typeOf(spanset.condition);
    if (type !== 'boolean' && type !== 'any') {
      throw wrong(spanset.condition, `a condition is true or false, and this is ${named(type)}`);
    }
  }
}

function checkScalar(scalar: Scalar): void {
  if (scalar.kind === 'scalars') {
    checkScalar(scalar.left);
    checkScalar(scalar.right);
  } else if (scalar.kind === 'aggregate') checkAggregate(scalar);
  else if (scalar.kind !== 'integer' && scalar.kind !== 'float' && scalar.kind !== 'duration') {
    throw new TraceqlSyntaxError('the steps of a pipeline compare numbers', 0, 1);
  }
}

function checkAggregate({ name, of }: Aggregate): void {
  if (of) checkNumber(of, name);
}

function checkNumber(expression: FieldExpression, name: string): void {
  const type = typeOf(expression);
  if (fieldsIn(expression).length === 0) throw wrong(expression, `${name} takes a field of the span`);
  if (type !== 'number' && type !== 'any')
    throw wrong(expression, `${name} takes a number, and this is ${named(type)}`);
}

function typeOf(expression: FieldExpression): Type {
  switch (expression.kind) {
    case 'string':
      return 'text';
    case 'integer':
    case 'float':
    case 'duration':
      return 'number';
    case 'boolean':
    case 'status':
    case 'spanKind':
    case 'nil':
      return expression.kind;
    case 'attribute':
    case 'parent':
      return 'any';
    case 'intrinsic':
      if (expression.name === 'span:status') return 'status';
      if (expression.name === 'span:kind') return 'spanKind';
      return NUMERIC.includes(expression.name) ? 'number' : 'text';
    case 'unary': {
      const type = typeOf(expression.operand);
      const wanted = expression.op === '-' ? 'number' : 'boolean';
      if (type !== wanted && type !== 'any')
        throw wrong(expression, `${expression.op} does not go with ${named(type)}`);
      return type;
    }
    case 'binary':
      return binaryType(expression);
  }
}

function binaryType(expression: Extract<FieldExpression, { kind: 'binary' }>): Type {
  const { op } = expression;
  const left = typeOf(expression.left);
  const right = typeOf(expression.right);
  const both = (wanted: Type): boolean => [left, right].every((type) => type === wanted || type === 'any');
  switch (op) {
    case '&&':
    case '||':
      if (!both('boolean')) throw wrong(expression, `${op} joins conditions`);
      return 'boolean';
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
      if (!both('number')) throw wrong(expression, `${op} calculates with numbers`);
      return left === 'any' ? right : left;
    case '=~':
    case '!~':
      if (expression.right.kind !== 'string') throw wrong(expression, `${op} takes a regular expression in quotes`);
      if (!both('text')) throw wrong(expression, `${op} compares text, and this is ${named(left)}`);
      checkText(expression);
      return 'boolean';
    case '=':
    case '!=':
      if (left !== right && ![left, right].some((type) => type === 'any' || type === 'nil')) {
        throw wrong(expression, `${named(left)} is never equal to ${named(right)}`);
      }
      if (op === '=') checkAbsence(expression);
      checkText(expression);
      return 'boolean';
    default:
      if (!both('number') && !both('text')) {
        throw wrong(expression, `${op} compares numbers or text, not ${named(left)} with ${named(right)}`);
      }
      checkText(expression);
      return 'boolean';
  }
}

/** Fields that are nil in some spans; every span has the other intrinsics. */
const MAY_BE_NIL: readonly string[] = [
  'span:parentID',
  'event:name',
  'event:timeSinceStart',
  'link:traceID',
  'link:spanID',
] satisfies IntrinsicName[];

/** What is never nil is not asked for: what nobody gave is `""` there, as in Tempo. */
function checkAbsence({ left, right, at }: Binary): void {
  const field = right.kind === 'nil' ? left : left.kind === 'nil' ? right : null;
  if (field?.kind === 'attribute') {
    if (field.scope !== 'resource' || field.name !== 'service.name') return;
    throw new TraceqlSyntaxError('resource.service.name is never nil', at, 1, 'resource.service.name = ""');
  }
  if (field?.kind !== 'intrinsic' || MAY_BE_NIL.includes(field.name)) return;
  const isText = typeOf(field) === 'text';
  throw new TraceqlSyntaxError(`${field.name} is never nil`, at, 1, isText ? `${field.name} = ""` : null);
}

/** `text` is all the words of a span: it has words, or has not. */
function checkText({ op, left, right, at }: Binary): void {
  if (isText(right)) throw new TraceqlSyntaxError('text stands on the left: text = "words"', at, op.length);
  if (isText(left) && ((op !== '=' && op !== '!=') || right.kind !== 'string')) {
    throw new TraceqlSyntaxError('text is searched for words: text = "words"', at, op.length, '=');
  }
}

function named(type: Type): string {
  const names = {
    any: 'an attribute',
    text: 'text',
    number: 'a number',
    boolean: 'true or false',
    status: 'a status',
    spanKind: 'a kind of span',
    nil: 'nil',
  };
  return names[type];
}

function wrong(expression: FieldExpression, reason: string): TraceqlSyntaxError {
  const at = 'at' in expression ? expression.at : 0;
  return new TraceqlSyntaxError(reason, at, expression.kind === 'binary' ? expression.op.length : 1);
}
