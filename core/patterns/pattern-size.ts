import { classEnd } from './character-class';

/** How large a pattern becomes when its repetitions are written out, told without doing so: it need not be exact. */
const REPEAT = /^\{(\d{1,6})(?:,(\d{0,6}))?\}/;

export function estimatedSize(pattern: string): number {
  /** Of each open group, what it holds so far. */
  const open: number[] = [0];
  let last = 0;
  const add = (size: number): void => {
    open.push((open.pop() ?? 0) + size);
    last = size;
  };
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string;
    if (character === '\\') {
      at++;
      add(1);
    } else if (character === '[') {
      at = classEnd(pattern, at);
      add(1);
    } else if (character === '(') open.push(0);
    else if (character === ')' && open.length > 1) add((open.pop() ?? 0) + 2);
    else if (character === '{') {
      const repeat = REPEAT.exec(pattern.slice(at, at + 16));
      if (!repeat) add(1);
      else {
        at += repeat[0].length - 1;
        const times = Math.max(Number(repeat[1]), Number(repeat[2] || 0), 1);
        add(last * (times - 1));
        last *= times;
      }
    } else add(1);
  }
  return open.reduce((sum, size) => sum + size, 0);
}
