import { expect, it } from 'vitest';
import type { CappedReport } from '../../core/api/capped';
import { cappedTitle } from '../../renderer/app/capped-text';

const NOTHING_CAPPED: CappedReport = { longNames: 0, fullKeys: 0, keysFull: false, valuesFull: false };

it('says what is capped, and that nothing is lost', () => {
  expect(cappedTitle(NOTHING_CAPPED)).toBeNull();
  expect(cappedTitle({ ...NOTHING_CAPPED, longNames: 1, keysFull: true })).toBe(
    '1 name longer than 256 characters: lists show the beginning.\nMore attribute keys than lists distinguish.\n' +
      'Spans keep everything as it was sent, and searches still find it.',
  );
});
