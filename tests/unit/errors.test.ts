import { describe, expect, it } from 'vitest';
import { errorFromValue, errorValueOf, SpoorError } from '../../core/model/errors';

const LONG = 'x'.repeat(5_000_000);

describe('an error', () => {
  it('quotes names of any length by their beginning, and keeps what says what to do next', () => {
    const error = new SpoorError('VALIDATION_ERROR', `There is no field "${LONG}". Choose another.`);
    expect(error.message.length).toBeLessThan(4_100);
    expect(error.message).toMatch(/^There is no field "x{100}.* … .*x"\. Choose another\.$/);
    expect(new SpoorError('NOT_FOUND', 'There is no such trace.').message).toBe('There is no such trace.');
  });

  it('has details that are bounded, each and in all', () => {
    const detail = { field: LONG, code: 'unknown', message: `${LONG}. Leave it out.` };
    const { details } = errorFromValue({ code: 'VALIDATION_ERROR', message: '', details: Array(1_000).fill(detail) });
    expect(details).toHaveLength(100);
    expect(JSON.stringify(details).length).toBeLessThan(1_000_000);
    expect(details[0]?.message).toMatch(/Leave it out\.$/);
  });

  it('is bounded where it is a fault of ours, too', () => {
    expect(errorValueOf(new Error(LONG)).message.length).toBeLessThan(4_100);
  });

  it('is not cut through a pair of surrogates', () => {
    for (const before of ['', 'a']) {
      const { message } = new SpoorError('CONFLICT', `${before}${'😀'.repeat(10_000)}`);
      expect(Buffer.from(message).toString()).toBe(message);
    }
  });
});
