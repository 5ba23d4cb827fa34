/**
 * Messages grouped by what they have in common, after Drain (He et al., 2017; Drain3 and Loki's pattern ingester work alike): what is surely a
 * value (numbers, ids, addresses, times) is masked first; messages of as many words that begin alike are compared word by word, and where most are
 * the same they are one template, with `<*>` where they differ. The number of templates is bounded: what comes beyond is one group.
 */

import { withoutEscapes } from '../../model/terminal-escapes';

const WILDCARD = '<*>';

export interface LogTemplate {
  readonly words: string[];
  count: number;
}

export interface TemplateLimits {
  /** Share of words that have to be the same, from 0 to 1. */
  readonly similarity: number;
  readonly templates: number;
  /** Longer messages are told apart by these words alone. */
  readonly words: number;
  readonly chars: number;
}

const LIMITS: TemplateLimits = { similarity: 0.5, templates: 1_000, words: 60, chars: 1_000 };
/** Words of the beginning that have to be the same. */
const PREFIX_WORDS = 2;
/** Beginnings below one length; what begins otherwise is compared with all of those. */
const MOST_BRANCHES = 100;

const SEPARATORS = /[\s]+/;
/** What varies, however else the word is written: `user=42`, `[10.0.0.1:80]`, `took 12ms`. */
const MASKS: readonly RegExp[] = [
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?\b/g,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g,
  /\b0x[0-9a-f]+\b/gi,
  /\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi,
  /(?<![\w.])[-+]?\d+(?:[.,:]\d+)*(?:e[-+]?\d+)?(?=[a-zµ%]{0,3}(?:$|[^\w]))/gi,
];
const ANY_DIGIT = /\d/;

export class TemplateMiner {
  private readonly groups = new Map<string, LogTemplate[]>();
  private readonly branches = new Map<number, Set<string>>();
  private readonly all: LogTemplate[] = [];
  /** Of what comes when there are as many templates as there may be. */
  private others: LogTemplate | null = null;

  constructor(private readonly limits: TemplateLimits = LIMITS) {}

  get templates(): readonly LogTemplate[] {
    return this.others ? [...this.all, this.others] : this.all;
  }

  /** @returns the template that the message belongs to, which may get more wildcards with later ones */
  add(message: string): LogTemplate {
    const words = this.wordsOf(message);
    const group = this.groupOf(words);
    const nearest = this.nearest(group, words);
    if (nearest) {
      for (const [i, word] of words.entries()) if (nearest.words[i] !== word) nearest.words[i] = WILDCARD;
      nearest.count++;
      return nearest;
    }
    if (this.all.length >= this.limits.templates) {
      this.others ??= { words: [WILDCARD], count: 0 };
      this.others.count++;
      return this.others;
    }
    const made: LogTemplate = { words, count: 1 };
    group.push(made);
    this.all.push(made);
    return made;
  }

  private wordsOf(message: string): string[] {
    const cut = message.slice(0, this.limits.chars);
    const words = maskedText(cut)
      .split(SEPARATORS)
      .filter((word) => word !== '');
    const isCut = words.length > this.limits.words || cut.length < message.length;
    const kept = words.slice(0, this.limits.words);
    return isCut ? [...kept, WILDCARD] : kept;
  }

  private groupOf(words: readonly string[]): LogTemplate[] {
    const beginning = words
      .slice(0, PREFIX_WORDS)
      .map((word) => (ANY_DIGIT.test(word) || word.includes(WILDCARD) ? WILDCARD : word))
      .join(' ');
    const known = this.branches.get(words.length) ?? new Set<string>();
    this.branches.set(words.length, known);
    if (!known.has(beginning) && known.size < MOST_BRANCHES) known.add(beginning);
    const key = `${words.length} ${known.has(beginning) ? beginning : WILDCARD}`;
    const group = this.groups.get(key) ?? [];
    this.groups.set(key, group);
    return group;
  }

  private nearest(group: readonly LogTemplate[], words: readonly string[]): LogTemplate | null {
    let best: LogTemplate | null = null;
    let most = -1;
    for (const template of group) {
      const same = words.reduce((sum, word, i) => sum + (template.words[i] === word ? 1 : 0), 0);
      if (same > most) {
        most = same;
        best = template;
      }
    }
    return best && (words.length === 0 || most / words.length >= this.limits.similarity) ? best : null;
  }
}

/** A message with `<*>` for what is surely a value. */
function maskedText(message: string): string {
  // A space: what stands around a colour is not one word in the message, and would not be found as one.
  return MASKS.reduce((text, mask) => text.replace(mask, WILDCARD), withoutEscapes(message, ' '));
}

export function templateText({ words }: LogTemplate): string {
  return words.join(' ');
}

/** Shorter ones are in nearly all messages. */
const LEAST_CHARS = 3;
const MOST_WORDS = 8;

/** A search that finds the messages of a template, and perhaps more. Words and not phrases: between them may be line breaks and tabs. */
export function queryOfTemplate(template: string): string {
  const words = template
    .split(WILDCARD)
    .flatMap((part) => part.split(SEPARATORS))
    .filter((word) => word.length >= LEAST_CHARS);
  const distinct = [...new Set(words)];
  const longest = new Set([...distinct].sort((a, b) => b.length - a.length).slice(0, MOST_WORDS));
  return distinct
    .filter((word) => longest.has(word))
    .map((word) => `body:"${word.replace(/["\\]/g, '\\$&')}"`)
    .join(' AND ');
}
