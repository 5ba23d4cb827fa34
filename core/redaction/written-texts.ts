/** Takes secrets out of what people and programs write about telemetry: notes, comments, scores, tags, saved views, dashboards, examples. */
import type { TextRedactor } from './text-redactor';

/** What names a thing of ours or a choice among a few: no text. */
const NO_TEXTS: ReadonlySet<string> = new Set([
  ...[
    'id',
    'traceId',
    'spanId',
    'viewId',
    'parentId',
    'authorId',
    'mentions',
    'ruleId',
    'projectId',
    'stamp',
    'recent',
  ],
  ...[
    'createdAt',
    'updatedAt',
    'from',
    'to',
    'last',
    'source',
    'kind',
    'role',
    'type',
    'measure',
    'comparison',
    'severity',
    'mutedUntil',
    'width',
    'show',
    'aggregate',
  ],
]);
/** Deeper than anything that is accepted. */
const MAX_DEPTH = 100;

export class WrittenTexts {
  constructor(private redactor: TextRedactor) {}

  /** Of what is written from now on. */
  follow(redactor: TextRedactor): void {
    this.redactor = redactor;
  }

  /** The same with its texts, at any depth, without what the rules take out. */
  clean<T>(written: T): T {
    return this.cleaned(written, 0) as T;
  }

  private cleaned(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.redactor.text(value);
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
    if (Array.isArray(value)) return value.map((one) => this.cleaned(one, depth + 1));
    if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, NO_TEXTS.has(name) ? one : this.cleaned(one, depth + 1)]),
    );
  }
}
