/** What a terminal is given of what programs recorded. */
import { describe, expect, it } from 'vitest';
import { printableChunks, printableLines } from '../../electron/cli/terminal';

const HOSTILE = 'a\u001b]0;title\u0007\u009b2J\u202eb\rc\u2028d\u{e0041}';

describe('text of several lines', () => {
  it('keeps its lines and tabs, and loses what a terminal would obey', () => {
    expect(printableLines(`x\t1\r\ny\n${HOSTILE}`)).toBe(
      'x\t1\r\ny\na\ufffd]0;title\ufffd\ufffd2J\ufffdb\ufffdc\ufffdd\ufffd',
    );
  });

  it('is the same however it is cut, within characters too', async () => {
    const bytes = new TextEncoder().encode(`é ${HOSTILE} 漢\n`);
    for (const size of [1, 2, 3, bytes.length]) {
      async function* cut(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      }
      let text = '';
      for await (const chunk of printableChunks(cut())) text += chunk;
      expect(text).toBe('é a\ufffd]0;title\ufffd\ufffd2J\ufffdb\ufffdc\ufffdd\ufffd 漢\n');
    }
  });
});
