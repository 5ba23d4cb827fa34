/** Ages and times on the command line. */
import { describe, expect, it } from 'vitest';
import { timeOf } from '../../electron/cli/time-of';

describe('--from and --to', () => {
  it.each(['800000d', '999999999d', '999999999h'])('take the age %s, which is longer than any clock counts', (age) => {
    expect(timeOf('--from', age)).toBe('1970-01-01T00:00:00.000Z');
  });

  it.each(['1.5h', '15', 'yesterday', '-5m', '9999999999d'])('refuse %s by name', (text) => {
    expect(() => timeOf('--to', text)).toThrow(`--to ${text} is neither a time`);
  });
});
