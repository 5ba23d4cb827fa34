/** Lines of two texts: what both have, what only the first and only the second has (longest common subsequence). */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Beyond this many pairs of lines the texts are shown one after the other. */
const MAX_PAIRS = 1_000_000;
const MAX_LINES = 2_000;
/** Unchanged lines kept around a change. */
const CONTEXT = 2;

/** @param a null: there is none */
export function diffLines(a: string | null, b: string | null): DiffLine[] {
  const linesA = a === null ? [] : a.split('\n');
  const linesB = b === null ? [] : b.split('\n');
  const all = (sign: '-' | '+', lines: readonly string[]): DiffLine[] => lines.map((text) => ({ sign, text }));
  if (linesA.length * linesB.length > MAX_PAIRS) return cut([...all('-', linesA), ...all('+', linesB)]);
  const width = linesB.length + 1;
  const common = new Uint32Array((linesA.length + 1) * width);
  for (let i = linesA.length - 1; i >= 0; i--) {
    for (let j = linesB.length - 1; j >= 0; j--) {
      common[i * width + j] =
        linesA[i] === linesB[j]
          ? (common[(i + 1) * width + j + 1] as number) + 1
          : Math.max(common[(i + 1) * width + j] as number, common[i * width + j + 1] as number);
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < linesA.length && j < linesB.length) {
    if (linesA[i] === linesB[j]) {
      lines.push({ sign: ' ', text: linesA[i++] as string });
      j++;
    } else if ((common[(i + 1) * width + j] as number) >= (common[i * width + j + 1] as number)) {
      lines.push({ sign: '-', text: linesA[i++] as string });
    } else lines.push({ sign: '+', text: linesB[j++] as string });
  }
  lines.push(...all('-', linesA.slice(i)), ...all('+', linesB.slice(j)));
  return cut(withoutFarContext(lines));
}

function withoutFarContext(lines: readonly DiffLine[]): DiffLine[] {
  const near = (at: number): boolean =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ sign }) => sign !== ' ');
  const kept: DiffLine[] = [];
  let left = false;
  for (const [at, line] of lines.entries()) {
    if (near(at)) {
      kept.push(line);
      left = false;
    } else if (!left) {
      kept.push({ sign: ' ', text: '\u2026' });
      left = true;
    }
  }
  return kept;
}

function cut(lines: DiffLine[]): DiffLine[] {
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), { sign: ' ', text: `\u2026 ${lines.length - MAX_LINES} more lines` }];
}
