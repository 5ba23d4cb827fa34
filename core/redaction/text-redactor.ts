/** Takes what rules for texts match out of texts, and counts it. */
import type { StepBudget } from '../patterns/user-pattern';
import { stepBudget } from '../patterns/user-pattern';
import { Anchors } from './anchors';
import { ChanceMatches, latin1Of } from './chance-matches';
import { ByteChars, type Steps, TextChars } from './chars';
import { type EncodedForm, EncodedRuns, encodedForms } from './encoded-runs';
import { jsonParts } from './json-parts';
import { cleanJson, type JsonPlace } from './json-texts';
import { NAMED_SECRET, type RuleSet } from './rules';
import { mayEndKey } from './secret-keys';
import { kindOfName } from './secret-names';
import { secretStart } from './secret-values';
import type { TextRule } from './text-rules';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** What a walk back to a key's length may take, of the length of what is scanned: beyond, the bytes are suspected. */
const STEPS_A_BYTE = 32;
/** Strings of JSON that hold JSON are looked into so deep; beyond, they are texts like others. */
const MAX_NESTED = 8;

export class TextRedactor {
  /** Values taken out since the start, by rule. */
  readonly counts = new Map<string, number>();
  /** Characters looked at since the start. */
  readonly steps: Steps = { count: 0 };
  private readonly anchors: Anchors;
  /** Of rules for texts, then of those for keys. */
  private readonly owners: readonly (TextRule | null)[];
  private readonly isKeyEnd: readonly boolean[];
  /** By owner, behind rules: how what rules look for begins in base64. */
  private readonly forms: readonly EncodedForm[];
  /** Rules that have no anchors. */
  private readonly others: readonly TextRule[];
  private readonly suspectsAll: boolean;

  constructor(protected readonly rules: RuleSet) {
    const { texts, keys } = rules;
    const encoded = texts.flatMap(({ written }) => written.flatMap(encodedForms));
    this.forms = [...new Map(encoded.map((form) => [`${form.skip}${form.text}`, form])).values()];
    this.owners = [...texts, ...keys.map(() => null)];
    this.isKeyEnd = [...texts.map(() => false), ...keys.map(({ endsWithAnchor }) => endsWithAnchor)];
    this.anchors = new Anchors([
      ...[...texts, ...keys].flatMap(({ anchors }, owner) => (anchors ?? []).map((text) => ({ text, owner }))),
      ...this.forms.map(({ text }, i) => ({ text: text.toLowerCase(), owner: this.owners.length + i })),
    ]);
    this.others = texts.filter(({ anchors }) => anchors === null);
    this.suspectsAll = keys.some(({ anchors }) => anchors === null);
  }

  /** Whether raw bytes may hold something to take out. */
  suspectsBytes(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return false;
    const chars = new ByteChars(bytes, this.steps);
    if (this.suspectsAll || this.others.some((rule) => rule.mayBeIn(chars, 0, 0))) return true;
    const before = this.steps.count;
    const runs = new EncodedRuns(chars);
    return this.anchors.inBytes(bytes, this.steps, (owner, start, end) => {
      const form = this.forms[owner - this.owners.length];
      if (form) {
        const run = runs.around(start, form);
        return run !== null && this.ruleIn(run.bytes) !== null;
      }
      const rule = this.owners[owner];
      if (rule) return rule.mayBeIn(chars, start, end);
      if (!this.isKeyEnd[owner] || this.steps.count - before > STEPS_A_BYTE * bytes.length) return true;
      return mayEndKey(chars, start, end);
    });
  }

  /** The same of a text, which is no key. */
  suspectsText(text: string): boolean {
    return text !== '' && this.suspectsBytes(encoder.encode(text));
  }

  /** Without what the rules take out. */
  text(text: string, budget: StepBudget = stepBudget(text.length * this.rules.texts.length)): string {
    return this.cleaned(text, budget, false);
  }

  /** @param isBinary bytes as characters: what matches may do so by chance @param depth of JSON in strings of JSON */
  private cleaned(text: string, budget: StepBudget, isBinary: boolean, depth = 0): string {
    const found = new Set<TextRule>(this.others);
    const runs = new EncodedRuns(new TextChars(text, this.steps));
    const encoded: Taken[] = [];
    this.anchors.inText(text, this.steps, (owner, start) => {
      const form = this.forms[owner - this.owners.length];
      const rule = this.owners[owner];
      if (rule) found.add(rule);
      const run = form ? runs.around(start, form) : null;
      const name = run && this.ruleIn(run.bytes);
      // Grouped one way or another, it goes once.
      if (run && name !== null && run.start >= (encoded.at(-1)?.end ?? 0)) {
        encoded.push({ keep: run.start, end: run.end, name: `${name} in base64` });
      }
      return false;
    });
    if (found.size === 0 && encoded.length === 0) return text;
    const inParts = isBinary || depth >= MAX_NESTED ? null : this.cleanedParts(text, budget, depth, found);
    if (inParts !== null) return inParts;
    let result = this.taking(text, encoded);
    for (const rule of this.rules.texts) if (found.has(rule)) result = this.without(rule, result, budget, isBinary);
    return result;
  }

  /** The same, where it holds JSON: that string by string; null: it holds none. */
  private cleanedParts(text: string, budget: StepBudget, depth: number, found: ReadonlySet<TextRule>): string | null {
    const parts = jsonParts(text);
    if (parts.length === 0) return null;
    this.steps.count += text.length;
    const across: Across[] = [];
    for (const rule of found) {
      if (!rule.mayCross) continue;
      const { matches, isComplete } = rule.matchesIn(text, this.steps, budget);
      if (!isComplete) return this.replaced(`${rule.name} unchecked`, rule.name);
      across.push(...matches.map(({ keep, end }) => ({ keep, end, name: rule.name })));
    }
    const kept: string[] = [];
    let from = 0;
    for (const { start, end } of parts) {
      // Of what a pattern takes with text around it, nothing is left to stay JSON.
      if (across.some((match) => match.keep < end && match.end > start && (match.keep < start || match.end > end)))
        continue;
      kept.push(this.cleanedOutside(text.slice(from, start), budget));
      const inPart = across.map((match) => ({ ...match, keep: match.keep - start, end: match.end - start }));
      kept.push(this.cleanedJson(text.slice(start, end), budget, depth, inPart));
      from = end;
    }
    return kept.join('') + this.cleanedOutside(text.slice(from), budget);
  }

  private cleanedOutside(text: string, budget: StepBudget): string {
    return this.cleaned(text, budget, false, MAX_NESTED);
  }

  private cleanedJson(text: string, budget: StepBudget, depth: number, across: readonly Across[]): string {
    /** What a pattern of the user takes with signs around it goes whole. */
    const without = (said: string, clean: string, place: JsonPlace): string => {
      const match = clean === said ? across.find(({ keep, end }) => keep < place.end && end > place.start) : undefined;
      return match ? this.replaced(match.name) : clean;
    };
    const inside = (said: string): string => this.cleaned(said, budget, false, depth + 1);
    return cleanJson(text, {
      value: (said, name, place) => without(said, this.member(name, said, inside(said)), place),
      name: inside,
      number: (said, place) => (this.others.length + across.length === 0 ? said : without(said, inside(said), place)),
    });
  }

  /** The value of a member, where its name says that it is secret. */
  private member(name: string | null, value: string, clean: string): string {
    const kind = name === null || clean !== value || !this.rules.names ? null : kindOfName(name);
    const start = kind === null ? -1 : secretStart(kind, 'member', value);
    return start < 0 ? clean : value.slice(0, start) + this.replaced(NAMED_SECRET);
  }

  private replaced(what: string, rule = what): string {
    this.count(rule);
    return `[redacted ${what}]`;
  }

  /** Name of a rule that matches in what was packed; null: none does. */
  private ruleIn(bytes: Uint8Array): string | null {
    const text = latin1Of(bytes);
    const found = new Set<TextRule>();
    this.anchors.inText(text, this.steps, (owner) => {
      const rule = this.owners[owner];
      if (rule) found.add(rule);
      return false;
    });
    const chance = new ChanceMatches(text);
    for (const rule of found) {
      const { matches, isComplete } = rule.matchesIn(text, this.steps, stepBudget(text.length));
      if (!isComplete || matches.some((match) => !chance.isChance(rule, match))) return rule.name;
    }
    return null;
  }

  /** The same of bytes that may hold a text: UTF-8, or else each byte a character. */
  bytes(bytes: Uint8Array, budget: StepBudget): Uint8Array {
    let text: string | null = null;
    try {
      text = utf8.decode(bytes);
    } catch {
      // Not UTF-8.
    }
    if (text !== null) {
      const clean = this.text(text, budget);
      return clean === text ? bytes : encoder.encode(clean);
    }
    const latin1 = latin1Of(bytes);
    const clean = this.cleaned(latin1, budget, true);
    return clean === latin1 ? bytes : Uint8Array.from(clean, (character) => character.charCodeAt(0));
  }

  /** What was taken out since the start. */
  get report(): { readonly total: number; readonly byRule: Readonly<Record<string, number>> } {
    return {
      total: [...this.counts.values()].reduce((sum, count) => sum + count, 0),
      byRule: Object.fromEntries(this.counts),
    };
  }

  protected count(rule: string): void {
    this.counts.set(rule, (this.counts.get(rule) ?? 0) + 1);
  }

  private without(rule: TextRule, text: string, budget: StepBudget, isBinary: boolean): string {
    const { matches, isComplete } = rule.matchesIn(text, this.steps, budget);
    if (!isComplete) return this.replaced(`${rule.name} unchecked`, rule.name);
    const chance = isBinary ? new ChanceMatches(text) : null;
    const taken = matches.filter(
      (match) =>
        // What an earlier rule put here stays.
        !text.startsWith('[redacted', match.keep) && !chance?.isChance(rule, match),
    );
    return this.taking(
      text,
      taken.map(({ keep, end }) => ({ keep, end, name: rule.name })),
    );
  }

  private taking(text: string, taken: readonly Taken[]): string {
    if (taken.length === 0) return text;
    const kept: string[] = [];
    let from = 0;
    for (const { keep, end, name } of taken) {
      kept.push(text.slice(from, keep), this.replaced(name));
      from = end;
    }
    return kept.join('') + text.slice(from);
  }
}

/** What goes from `keep` to `end`, and why. */
interface Taken {
  readonly keep: number;
  readonly end: number;
  readonly name: string;
}

/** What a pattern of the user takes, signs of JSON included. */
type Across = Taken;
