/**
 * A condition on rows where SQL cannot know all: `may` holds of every record that matches, and `must` of none that does not. Records between the
 * two are decoded and looked at. Both are SQL over `log_record l`.
 */
import { gramsIn } from '../../search/grams';

export interface Sides {
  readonly may: string;
  readonly must: string;
  /** SQL over `log_block b` that holds of every block with a record that matches; left out: nothing is known of blocks. */
  readonly block?: string;
}

const TRUE = 'true';
const FALSE = 'false';

export const EVERY: Sides = { may: TRUE, must: TRUE };
export const NONE: Sides = { may: FALSE, must: FALSE, block: FALSE };
/** Only the record itself tells. */
export const UNKNOWN: Sides = { may: TRUE, must: FALSE };

export const exactly = (sql: string): Sides => ({ may: sql, must: sql });

export function isExact({ may, must }: Sides): boolean {
  return may === must;
}

/** What matches has this text in its body, the name of its event or its own attributes. */
export function withText(sides: Sides, text: string): Sides {
  const grams = gramsIn(text).map((gram) => `get_bit(b.grams, ${gram}) = 1`);
  return grams.length === 0 ? { ...sides, block: TRUE } : { ...sides, block: joined(grams, 'and') };
}

export function not({ may, must }: Sides): Sides {
  return { may: negated(must), must: negated(may) };
}

export function all(sides: readonly Sides[]): Sides {
  return {
    may: joined(
      sides.map(({ may }) => may),
      'and',
    ),
    must: joined(
      sides.map(({ must }) => must),
      'and',
    ),
    block: joined(
      sides.map(({ block }) => block ?? TRUE),
      'and',
    ),
  };
}

export function any(sides: readonly Sides[]): Sides {
  return {
    may: joined(
      sides.map(({ may }) => may),
      'or',
    ),
    must: joined(
      sides.map(({ must }) => must),
      'or',
    ),
    block: joined(
      sides.map(({ block }) => block ?? TRUE),
      'or',
    ),
  };
}

function negated(sql: string): string {
  if (sql === TRUE) return FALSE;
  return sql === FALSE ? TRUE : `not (${sql})`;
}

function joined(conditions: readonly string[], op: 'and' | 'or'): string {
  const [neutral, ending] = op === 'and' ? [TRUE, FALSE] : [FALSE, TRUE];
  if (conditions.includes(ending)) return ending;
  const rest = conditions.filter((one) => one !== neutral);
  if (rest.length === 0) return neutral;
  return rest.length === 1 ? (rest[0] as string) : `(${rest.join(` ${op} `)})`;
}
