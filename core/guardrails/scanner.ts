/** Looks through what the spans of agents hold for what rules mark. What is alike in a batch stands in it once, and is read once. */
import type { Guardrail } from '../api/guardrail';
import { holdsPrompt, PROMPT_KEYS } from '../dialects/prompt-keys';
import { ByteTable } from '../model/byte-table';
import { plainValue } from '../model/json-types';
import { PART_ATTRIBUTE, type RecordParts } from '../model/record-parts';
import type { GuardrailMark, SpanBatch } from '../model/span-batch';
import { readKeyValue } from '../otlp/proto-to-json';
import { WIRE_BYTES, WireReader } from '../otlp/wire-reader';
import { Glob } from '../patterns/glob';
import { PatternError, type StepBudget, stepBudget } from '../patterns/user-pattern';
import { hashWord } from '../search/words';
import { HintTable } from './hint-table';
import { type TextRule, textRulesOf } from './patterns';

const TOOL_KEYS: ReadonlySet<string> = new Set(['gen_ai.tool.name', 'tool.name', 'ai.toolCall.name', 'tool_name']);
/** What the author of the agent wrote is no attack on it. */
const OWN_WORDS: ReadonlySet<string> = new Set(['gen_ai.system_instructions']);
/** Of one value: a prompt of megabytes is looked through as far as this. */
const MAX_CHARS = 1_000_000;
/** Marks of one rule in one value. */
const MAX_MARKS = 5;
const MAX_EXCERPT = 120;
const SHOWN_OF_SECRET = 4;
/** Said of a value that a pattern was not looked for in to its end. */
const UNCHECKED = 'not checked to its end: the pattern takes too many steps in this value';
const KEYS_HELD = 1_000;
/** Tag of KeyValue.key. */
const KEY_TAG = (1 << 3) | WIRE_BYTES;

interface Compiled {
  readonly id: string;
  readonly kind: Guardrail['kind'];
  readonly texts: readonly TextRule[];
  readonly tools: readonly Glob[];
}

const utf8 = new TextDecoder();

/** Of a part; the rows that have it are marked. */
type Found = Omit<GuardrailMark, 'row'>;

export class GuardrailScanner {
  /** Rules that cannot be followed, and why; the others are. */
  readonly problems: { readonly rule: string; readonly reason: string }[] = [];
  private readonly rules: readonly Compiled[];
  private readonly hints: HintTable;
  private readonly isAllHinted: boolean;
  private readonly keys = new KeyTable();

  constructor(rules: readonly Guardrail[]) {
    this.rules = rules.flatMap(({ enabled, ...rule }) => {
      if (!enabled) return [];
      try {
        return [compiled(rule)];
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        this.problems.push({ rule: rule.name, reason: error.message });
        return [];
      }
    });
    const texts = this.rules.flatMap((rule) => rule.texts);
    this.hints = new HintTable(texts.flatMap(({ hints }) => hints ?? []));
    this.isAllHinted = texts.every(({ hints }) => hints !== null);
  }

  get isIdle(): boolean {
    return this.rules.every(({ texts, tools }) => texts.length === 0 && tools.length === 0);
  }

  /** Of each row, what its attributes hold; the first row of what is held by many. */
  scan(batch: SpanBatch): GuardrailMark[] {
    if (this.isIdle) return [];
    const { parts } = batch;
    const found = new Map<number, readonly Found[]>();
    const budget = stepBudget(parts.bytes.length * this.rules.length);
    for (let part = 0; part < parts.kind.length; part++) {
      const inPart = this.inPart(parts, part, budget);
      if (inPart.length > 0) found.set(part, inPart);
    }
    return found.size === 0 ? [] : marksOf(batch, found);
  }

  private inPart(parts: RecordParts, part: number, budget: StepBudget): readonly Found[] {
    const start = part === 0 ? 0 : (parts.end[part - 1] as number);
    const end = parts.end[part] as number;
    const key = parts.kind[part] === PART_ATTRIBUTE ? this.keys.of(parts, start, end) : null;
    if (key === null) return [];
    if (TOOL_KEYS.has(key)) return this.forbidden(key, textIn(parts, start, end));
    const isHinted = this.hints.isIn(parts.bytes, start, end);
    if (!isHinted && this.isAllHinted) return [];
    const text = textIn(parts, start, end);
    return this.rules.flatMap(({ id, kind, texts }) => {
      if (kind === 'prompt-injection' && OWN_WORDS.has(key)) return [];
      return marksIn(text, key, id, isHinted ? texts : texts.filter(({ hints }) => hints === null), budget);
    });
  }

  private forbidden(key: string, name: string): Found[] {
    return this.rules.flatMap(({ id, tools }) =>
      tools.some((glob) => glob.matches(name))
        ? [{ ruleId: id, attribute: key, excerpt: cut(name), digest: hashWord(name) }]
        : [],
    );
  }
}

function compiled({ id, kind, pattern, tools }: Pick<Guardrail, 'id' | 'kind' | 'pattern' | 'tools'>): Compiled {
  const names = kind === 'tool' ? (tools ?? []) : [];
  return {
    id,
    kind,
    texts: textRulesOf({ kind, pattern }),
    tools: names.map((name) => new Glob(name)),
  };
}

function marksIn(
  text: string,
  attribute: string,
  ruleId: string,
  rules: readonly TextRule[],
  budget: StepBudget,
): Found[] {
  const marks: Found[] = [];
  for (const { name, matchesIn, isSecret } of rules) {
    const { matches, isComplete } = matchesIn(text, budget);
    for (const { keep, end } of matches) {
      const matched = text.slice(keep, end);
      // What the receiver took out is found as that.
      if (isSecret && matched.startsWith('[redacted')) continue;
      const excerpt = isSecret ? `${name}: ${masked(matched)}` : cut(matched);
      marks.push({ ruleId, attribute, excerpt, digest: hashWord(matched) });
      if (marks.length >= MAX_MARKS) return marks;
    }
    if (!isComplete) marks.push({ ruleId, attribute, excerpt: UNCHECKED, digest: hashWord(UNCHECKED) });
  }
  return marks;
}

/** Rows in order, each mark where it is met first in its trace. */
function marksOf(batch: SpanBatch, found: ReadonlyMap<number, readonly Found[]>): GuardrailMark[] {
  const { parts, trace } = batch;
  const told = new Set<string>();
  const marks: GuardrailMark[] = [];
  for (let row = 0; row < batch.length; row++) {
    for (let i = row === 0 ? 0 : (parts.partEnd[row - 1] as number); i < (parts.partEnd[row] as number); i++) {
      for (const mark of found.get(parts.part[i] as number) ?? []) {
        const key = `${trace[row]} ${mark.ruleId} ${mark.digest}`;
        if (told.has(key)) continue;
        told.add(key);
        marks.push({ row, ...mark });
      }
    }
  }
  return marks;
}

/** Keys that are looked at, by length and first byte: most others need not become a string to be passed over. */
const SHAPES: ReadonlySet<number> = new Set(
  [...PROMPT_KEYS, ...TOOL_KEYS].map((key) => (key.length << 8) | key.charCodeAt(0)),
);
const [G, L, P, C] = [...'glpc'].map((letter) => letter.charCodeAt(0));

/** Whether a key may be gen_ai.prompt, gen_ai.completion or one of llm. @param eighth its eighth byte */
function mayBeFlattened(first: number, eighth: number): boolean {
  return first === L || (first === G && (eighth === P || eighth === C));
}

/** Keys of the shapes, and what they are: null, if they are not looked at. One sender has a few. */
class KeyTable {
  private bytes = new ByteTable();
  private keys: (string | null)[] = [];

  /** Null: it is none that is looked at, or does not come first, as encoders write it. */
  of({ bytes }: RecordParts, start: number, end: number): string | null {
    if (end - start < 3 || bytes[start] !== KEY_TAG) return null;
    const length = bytes[start + 1] as number;
    const first = bytes[start + 2] as number;
    if (!SHAPES.has((length << 8) | first) && !mayBeFlattened(first, bytes[start + 9] as number)) return null;
    const from = start + 2;
    const to = from + length;
    // Keys of 128 bytes and more, whose length takes two, are none of ours.
    if (length > 127 || to > end) return null;
    const known = this.bytes.find(bytes, from, to);
    return known >= 0 ? (this.keys[known] as string | null) : this.add(bytes, from, to);
  }

  private add(bytes: Uint8Array, from: number, to: number): string | null {
    if (this.keys.length >= KEYS_HELD) {
      this.bytes = new ByteTable();
      this.keys = [];
    }
    const text = utf8.decode(bytes.subarray(from, to));
    const key = TOOL_KEYS.has(text) || holdsPrompt(text) ? text : null;
    this.keys[this.bytes.add(bytes, from, to)] = key;
    return key;
  }
}

function textIn({ bytes }: RecordParts, start: number, end: number): string {
  const value = plainValue(readKeyValue(new WireReader(bytes, start, end)).value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_CHARS ? text.slice(0, MAX_CHARS) : text;
}

function masked(text: string): string {
  const shown = Math.min(SHOWN_OF_SECRET, Math.floor(text.length / 4));
  return `${text.slice(0, shown)}…${shown > 1 ? text.slice(-2) : ''}`;
}

function cut(text: string): string {
  return text.length > MAX_EXCERPT ? `${text.slice(0, MAX_EXCERPT)}…` : text;
}
