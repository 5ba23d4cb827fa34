/** What is known of attributes: keys with their cardinality, values with their frequency. */
import type { PageQuery } from './page';

export interface AttributeQuery extends PageQuery {
  /** Only keys or values that contain this, whatever the case. */
  readonly query?: string | undefined;
  /** Bounds of the spans' start, RFC 3339 or epoch nanoseconds; `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface AttributeKey {
  /** As TraceQL writes it: `span.http.route`, `resource.service.name`. */
  readonly key: string;
  /** Distinct values that were ever stored. */
  readonly valueCount: number;
  /** False: some values are too long or too many to be counted, and are not among the values listed. */
  readonly complete: boolean;
  readonly spanCount: number;
}

export interface AttributeValue {
  readonly value: string;
  /** False: a number, a boolean, or an array or map as JSON. */
  readonly isText: boolean;
  readonly spanCount: number;
}
