/**
 * The syntax tree of TraceQL, as Grafana Tempo documents the language (grafana.com/docs/tempo/latest/traceql). `at` is an offset
 * into the query's text.
 */
import type { SpanKindName, StatusCodeName } from '../../model/span-kind';

export const ATTRIBUTE_SCOPES = ['span', 'resource', 'event', 'link', 'instrumentation'] as const;
export type AttributeScope = (typeof ATTRIBUTE_SCOPES)[number];

/** Canonical names; the parser also knows the older unscoped ones. `span:text` is ours: words anywhere in a span. */
export const INTRINSICS = [
  'span:duration',
  'span:name',
  'span:status',
  'span:statusMessage',
  'span:kind',
  'span:id',
  'span:parentID',
  'span:childCount',
  'span:text',
  'trace:duration',
  'trace:rootName',
  'trace:rootService',
  'trace:id',
  'event:name',
  'event:timeSinceStart',
  'link:traceID',
  'link:spanID',
  'instrumentation:name',
  'instrumentation:version',
  'nestedSetLeft',
  'nestedSetRight',
  'nestedSetParent',
] as const;
export type IntrinsicName = (typeof INTRINSICS)[number];

export type Static =
  | { readonly kind: 'string'; readonly value: string }
  /** A bigint where a number would lose digits. */
  | { readonly kind: 'integer'; readonly value: number | bigint }
  | { readonly kind: 'float'; readonly value: number }
  /** Nanoseconds. */
  | { readonly kind: 'duration'; readonly value: number | bigint }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'status'; readonly value: StatusCodeName }
  | { readonly kind: 'spanKind'; readonly value: SpanKindName }
  | { readonly kind: 'nil' };

interface Attribute {
  readonly kind: 'attribute';
  /** Null: of the span, else of its resource. */
  readonly scope: AttributeScope | null;
  readonly name: string;
  readonly at: number;
}

interface Intrinsic {
  readonly kind: 'intrinsic';
  readonly name: IntrinsicName;
  readonly at: number;
}

/** An attribute of the span's parent, or of its resource. */
interface ParentAttribute {
  readonly kind: 'parent';
  /** Null: of the parent, else of its resource. */
  readonly scope: 'span' | 'resource' | null;
  readonly name: string;
  readonly at: number;
}

export type Field = Attribute | Intrinsic | ParentAttribute;

export const COMPARISONS = ['=', '!=', '<', '<=', '>', '>=', '=~', '!~'] as const;
export type Comparison = (typeof COMPARISONS)[number];
export type Arithmetic = '+' | '-' | '*' | '/' | '%' | '^';
type Logical = '&&' | '||';

export interface Binary {
  readonly kind: 'binary';
  readonly op: Comparison | Arithmetic | Logical;
  readonly left: FieldExpression;
  readonly right: FieldExpression;
  readonly at: number;
}

interface Unary {
  readonly kind: 'unary';
  readonly op: '-' | '!';
  readonly operand: FieldExpression;
  readonly at: number;
}

/** What stands between braces: a condition on one span, or a value of it. */
export type FieldExpression = Static | Field | Binary | Unary;

export const RELATIONS = ['>', '>>', '<', '<<', '~'] as const;
type Relation = (typeof RELATIONS)[number];
/** A relation as it is, negated (`!>`), or with the spans of both sides (`&>`). */
export type SpansetOp = Logical | Relation | `!${Relation}` | `&${Relation}`;

export interface SpansetFilter {
  readonly kind: 'filter';
  /** Null: `{ }`, every span. */
  readonly condition: FieldExpression | null;
}

interface SpansetOperation {
  readonly kind: 'spansets';
  readonly op: SpansetOp;
  readonly left: Spanset;
  readonly right: Spanset;
  readonly at: number;
}

/** Spans of a trace: all that a filter matches, two sets related, or what a pipeline in parentheses leaves. */
export type Spanset = SpansetFilter | SpansetOperation | Pipeline;

export type AggregateName = 'count' | 'avg' | 'min' | 'max' | 'sum';

export interface Aggregate {
  readonly kind: 'aggregate';
  readonly name: AggregateName;
  /** Null of `count()`. */
  readonly of: FieldExpression | null;
}

interface ScalarOperation {
  readonly kind: 'scalars';
  readonly op: Arithmetic;
  readonly left: Scalar;
  readonly right: Scalar;
}

/** A number for a set of spans. */
export type Scalar = Static | Aggregate | ScalarOperation;

export const METRICS = [
  'rate',
  'count_over_time',
  'min_over_time',
  'max_over_time',
  'avg_over_time',
  'sum_over_time',
  'quantile_over_time',
  'histogram_over_time',
] as const;
type MetricName = (typeof METRICS)[number];

export type Stage =
  | Spanset
  | { readonly kind: 'by'; readonly fields: readonly FieldExpression[] }
  | { readonly kind: 'coalesce' }
  | { readonly kind: 'select'; readonly fields: readonly Field[] }
  | { readonly kind: 'scalarFilter'; readonly op: Comparison; readonly left: Scalar; readonly right: Scalar };

/** Stages one after the other, each on what the one before leaves; the first is a spanset. */
export interface Pipeline {
  readonly kind: 'pipeline';
  readonly stages: readonly Stage[];
}

export interface Metric {
  readonly kind: 'metric';
  readonly name: MetricName;
  readonly of: FieldExpression | null;
  /** From 0 to 1; of `quantile_over_time`. */
  readonly quantiles: readonly number[];
  readonly by: readonly Field[];
}

export interface Compare {
  readonly kind: 'compare';
  readonly selection: SpansetFilter;
  readonly top: number;
  /** Epoch nanoseconds of the selection; null: the whole range. */
  readonly range: { readonly start: bigint; readonly end: bigint } | null;
}

/** Of each step the series with the largest or smallest values. */
export interface TopK {
  readonly kind: 'topk' | 'bottomk';
  readonly count: number;
}

/** Values for which the comparison holds. */
export interface Threshold {
  readonly kind: 'threshold';
  readonly op: Exclude<Comparison, '=~' | '!~'>;
  readonly value: number;
}

/** What is done with the series of a metric, one step after the other. */
export type SeriesStage = TopK | Threshold;

export type MathOperator = '+' | '-' | '*' | '/';

/** Two metrics, or a metric and a number, calculated step by step. */
export interface MetricMath {
  readonly kind: 'math';
  readonly op: MathOperator;
  readonly left: MathOperand;
  readonly right: MathOperand;
  readonly at: number;
}

export type MathOperand = number | TraceqlQuery;

export interface Hint {
  readonly name: string;
  readonly value: Static;
  readonly at: number;
}

export interface TraceqlQuery {
  /** Every span, where metrics are calculated from others: those have pipelines of their own. */
  readonly pipeline: Pipeline;
  /** Null: a search for traces. */
  readonly metrics: Metric | Compare | MetricMath | null;
  /** With the series of `metrics`. */
  readonly series: readonly SeriesStage[];
  readonly hints: readonly Hint[];
}
