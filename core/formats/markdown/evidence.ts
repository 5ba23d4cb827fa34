/** What spans say that matter most: those that failed without one below them that failed, and those that took the most time themselves. */
import { formatDuration, plural } from '../../model/format';
import { type KeyValue, plainValue } from '../../model/json-types';
import { STATUS_ERROR } from '../../model/span-kind';
import { type SentSpan, spansOfRequest, textAttribute } from '../../otlp/read-trace-request';
import { SpanIdIndex } from '../../timeline/span-id-index';
import type { TraceColumns } from '../../timeline/trace-columns';
import type { TraceTree } from '../../timeline/trace-tree';
import { durationOf } from '../span-duration';
import { code } from './code';

const MAX_ERRORS = 100;
const MAX_SLOW = 8;
const MAX_VALUE = 240;
const MAX_ATTRIBUTES = 24;

export class Evidence {
  private readonly index: SpanIdIndex;
  /** Rows of the tree that are told of, in order. */
  private readonly failed: number[] = [];
  private readonly slowest: number[];
  private readonly texts = new Map<number, string>();
  private failedInAll = 0;

  constructor(
    columns: TraceColumns,
    private readonly tree: TraceTree,
    private readonly errorChars: number,
    private readonly slowChars: number,
  ) {
    this.index = new SpanIdIndex(columns.spanId);
    for (let row = 0; row < tree.length; row++) {
      if (columns.status[tree.span[row] as number] !== STATUS_ERROR) continue;
      this.failedInAll++;
      if (tree.errors[row] === 1 && this.failed.length < MAX_ERRORS) this.failed.push(row);
    }
    this.slowest = slowestOf(tree);
  }

  read(request: Uint8Array): void {
    for (const span of spansOfRequest(request)) {
      const index = this.index.find(BigInt(`0x${span.spanId}`));
      const row = index < 0 ? -1 : (this.tree.rowOf[index] as number);
      if (row < 0 || !(this.failed.includes(row) || this.slowest.includes(row))) continue;
      this.texts.set(row, textOf(span, this.tree.selfNs[row] as number));
    }
  }

  errors(): string {
    if (this.failedInAll === 0) return '## Errors\n\nNo span has an error status.';
    const { text, told } = this.told(this.failed, this.errorChars);
    const left = this.failedInAll - told;
    const note = left > 0 ? `\n\nLeft out: ${plural(left, 'more span')} with errors, those above these included.` : '';
    return `## Errors\n\nThose below which nothing else failed.\n\n${text}${note}`;
  }

  slow(): string {
    const rows = this.slowest.filter((row) => !this.failed.includes(row));
    if (rows.length === 0) return '';
    const { text, told } = this.told(rows, this.slowChars);
    return told === 0 ? '' : `## Where the time went\n\nSpans with the most time of their own.\n\n${text}`;
  }

  private told(rows: readonly number[], chars: number): { readonly text: string; readonly told: number } {
    const texts: string[] = [];
    let room = chars;
    for (const row of rows) {
      const text = this.texts.get(row);
      if (text === undefined) continue;
      room -= text.length + 1;
      // The first is told in any case.
      if (room < 0 && texts.length > 0) break;
      texts.push(room < 0 ? `${text.slice(0, Math.max(chars, MAX_VALUE))}…` : text);
    }
    return { text: texts.join('\n'), told: texts.length };
  }
}

function slowestOf({ length, selfNs }: TraceTree): number[] {
  const best: number[] = [];
  for (let row = 0; row < length; row++) {
    const ns = selfNs[row] as number;
    if (ns <= 0 || (best.length === MAX_SLOW && ns <= (selfNs[best.at(-1) as number] as number))) continue;
    const at = best.findIndex((other) => (selfNs[other] as number) < ns);
    best.splice(at < 0 ? best.length : at, 0, row);
    best.length = Math.min(best.length, MAX_SLOW);
  }
  return best;
}

function textOf({ body, owner, ...span }: SentSpan, selfNs: number): string {
  const service = textAttribute(owner.resource.attributes, 'service.name') || 'unnamed service';
  const { message } = body.status;
  const durationNs = durationOf(span);
  const took =
    durationNs === null
      ? 'duration unknown'
      : `${formatDuration(Number(durationNs))} (${formatDuration(selfNs)} of its own)`;
  const lines = [
    `- ${code(span.name || 'unnamed')} in ${code(service, 40)}, span ${span.spanId}, ${took}`,
    ...(message === '' ? [] : [`  - status: ${code(message, 2 * MAX_VALUE)}`]),
    ...body.events
      .filter(({ name }) => name === 'exception')
      .slice(0, 3)
      .map(({ attributes }) => exceptionLine(attributes)),
    ...body.attributes.slice(0, MAX_ATTRIBUTES).map(({ key, value }) => {
      const plain = plainValue(value);
      return `  - ${code(key, 60)}: ${code(typeof plain === 'string' ? plain : JSON.stringify(plain), MAX_VALUE)}`;
    }),
  ];
  const left = body.attributes.length - MAX_ATTRIBUTES;
  return [...lines, ...(left > 0 ? [`  - and ${plural(left, 'more attribute')}`] : [])].join('\n');
}

function exceptionLine(attributes: readonly KeyValue[]): string {
  const said = (key: string): string => textAttribute(attributes, `exception.${key}`);
  const stack = said('stacktrace');
  return `  - exception ${code(said('type') || 'unknown')}: ${code(said('message'), 2 * MAX_VALUE)}${stack === '' ? '' : `, at ${code(stack, 2 * MAX_VALUE)}`}`;
}
