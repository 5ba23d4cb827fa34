/** The lines of a file that comes in pieces. Each byte is looked at once, however long a line is and however small the pieces are. */
const NEWLINE = 10;

/** The file is at fault: to try again is of no use. */
export class BadFile extends Error {
  override readonly name = 'BadFile';
}

export interface LineLimits {
  /** Of one line. */
  readonly lineBytes: number;
  readonly fileBytes: number;
  readonly lines: number;
}

export interface Line {
  /** From 1, empty ones counted. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Without those that are empty. @throws BadFile beyond the limits */
export async function* linesOf(content: AsyncIterable<Uint8Array>, limits: LineLimits): AsyncGenerator<Line> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  let total = 0;
  let number = 1;
  const add = (piece: Uint8Array): void => {
    if (piece.length === 0) return;
    size += piece.length;
    if (size > limits.lineBytes) {
      throw new BadFile(
        `Line ${number} is longer than ${limits.lineBytes / (1024 * 1024)} MiB: write one request a line.`,
      );
    }
    pieces.push(piece);
  };
  for await (const chunk of content) {
    total += chunk.length;
    if (total > limits.fileBytes) {
      throw new BadFile(`The file is larger than ${limits.fileBytes / 1024 ** 3} GiB unpacked: split it.`);
    }
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      from = at + 1;
      if (size > 0) yield { number, bytes: joined(pieces, size) };
      pieces = [];
      size = 0;
      if (++number > limits.lines) throw new BadFile(`The file has more than ${limits.lines} lines: split it.`);
    }
    add(chunk.subarray(from));
  }
  if (size > 0) yield { number, bytes: joined(pieces, size) };
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = pieces;
  if (first && pieces.length === 1) return first;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
