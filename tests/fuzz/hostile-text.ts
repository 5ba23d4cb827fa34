/** Texts of hostile shapes for what reads them: queries, and files of lines. */
import { parseTraceql } from '../../core/query/traceql/parse';
import { printTraceql } from '../../core/query/traceql/print';
import { BadFile, linesOf } from '../../server/modules/uploads/service/lines';
import { damage } from './damage';
import type { HostileKind } from './kind';
import { type Random, repeats } from './random';

const QUERIES = [
  '{ name = "a" && .b > 1.5 } >> { status = error }',
  '{ resource.service.name =~ "we.*" || duration > 1h3m } | count() > 2',
  '({ } &>> { }) | by(.x) | avg(duration) < 5ms',
  '{ } | rate() by (resource.service.name) with (sample = true)',
  '{ !(.a != .b) } | quantile_over_time(duration, .5, 0.99) | topk(3)',
  '{ text = "words of a prompt" } | select(.a, span.b)',
];
const PIECES = [
  '(',
  '((',
  ')',
  '{',
  '}',
  '{ } && ',
  '{ } >> ',
  '.a = 1 && ',
  '!',
  '-',
  '"',
  '\\',
  '| count() > 1 ',
  '| by(.a) ',
  '=~ "(a?){1000}"',
  '=~ "((a+)+)+$"',
  '=~ "[[:alpha:]-\\\\pL"',
  '.5, ',
  '1e999',
  '99999999999999999999',
  'duration > 9999999999999h',
  '`x`',
  '\u0000',
  '\ud800',
  '/*',
  '//',
  'nil',
  '"a" + ',
];

function drawQuery(random: Random): Uint8Array {
  const query = random.pick(QUERIES);
  if (random.below(3) === 0) return damage(Buffer.from(query), random);
  let text = query;
  for (let edits = 1 + random.below(4); edits > 0; edits--) {
    const at = random.below(text.length + 1);
    const piece = random.pick(PIECES).repeat(random.below(5) === 0 ? repeats(random) : 1);
    text = text.slice(0, at) + piece + text.slice(at);
  }
  return Buffer.from(text);
}

function readsQuery(bytes: Uint8Array): string | null {
  const query = parseTraceql(Buffer.from(bytes).toString());
  const printed = printTraceql(query);
  return printTraceql(parseTraceql(printed)) === printed ? null : `printed as ${printed}, which says something else`;
}

const LIMITS = { lineBytes: 5_000, fileBytes: 100_000, lines: 1_000 };

function drawLines(random: Random): Uint8Array {
  const pieces = Array.from({ length: random.below(30) }, () => {
    const unit = random.pick(['\n', 'x', '\r\n', '{}\n', '\n\n', 'ab']);
    return Buffer.from(unit.repeat(random.below(4) === 0 ? repeats(random) : random.below(5)));
  });
  return Buffer.concat(pieces);
}

/** In pieces of lengths that the bytes say themselves. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = 1 + ((size * 7 + 3) % 97)) {
    yield bytes.subarray(at, at + size);
  }
}

async function readsLines(bytes: Uint8Array): Promise<string | null> {
  const found: string[] = [];
  const all = Buffer.from(bytes).toString().split('\n');
  try {
    for await (const { number, bytes: line } of linesOf(inPieces(bytes), LIMITS)) {
      found.push(`${number}:${Buffer.from(line).toString()}`);
    }
  } catch (error) {
    if (!(error instanceof BadFile)) throw error;
    const isBeyond =
      bytes.length > LIMITS.fileBytes ||
      all.length > LIMITS.lines ||
      all.some((line) => line.length > LIMITS.lineBytes);
    return isBeyond ? null : `refused: ${error.message}`;
  }
  const expected = all.flatMap((line, i) => (line === '' ? [] : [`${i + 1}:${line}`]));
  return found.join('\n') === expected.join('\n') ? null : 'split otherwise';
}

export const TEXT_KINDS: readonly HostileKind[] = [
  { name: 'TraceQL', draw: drawQuery, run: readsQuery },
  { name: 'upload lines', draw: drawLines, run: readsLines },
];
