/** A partial answer is never shown as empty or complete: the state that all screens share, and that none can leave out. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { type Answer, answerFrom, answerOf, atLeast, foundIn } from '../../renderer/connection/answer';
import { Patience } from '../../renderer/hooks/patience';
import { QuestionNote } from '../../renderer/ui/QuestionNote';

const ROOT = join(__dirname, '..', '..');

function noteOf(answer: Answer<unknown> | null, state: { isOld?: boolean; failure?: string } = {}): string {
  const { isOld = false, failure = null } = state;
  const question = { answer, isOld, failure, askAgain: () => {} };
  return renderToStaticMarkup(createElement(QuestionNote, { question, what: 'the spans', looking: 'Counting …' }));
}

describe('an answer', () => {
  it('is partial where the API says that it is not complete, whatever it found', () => {
    expect(answerOf({ groups: [], complete: false })).toEqual({
      state: 'partial',
      soFar: { groups: [], complete: false },
    });
    expect(answerOf({ groups: [], complete: true }).state).toBe('complete');
    expect(answerOf({ data: [], search: { complete: false } }).state).toBe('partial');
    expect(answerOf({ data: [], search: { complete: true } }).state).toBe('complete');
  });

  it('says "at least" where it is partial', () => {
    expect(atLeast(answerFrom(3, false))).toBe('at least ');
    expect(atLeast(answerFrom(3, true))).toBe('');
    expect(foundIn(answerFrom(3, false))).toBe(3);
  });
});

describe('the note beside an answer', () => {
  it('is of a question that is asked, was cut off, or failed, and nothing beside one that is complete', () => {
    expect(noteOf(null)).toContain('Counting …');
    expect(noteOf(answerFrom([], false))).toContain('Only part of the spans was searched');
    expect(noteOf(answerFrom([], true))).toBe('');
  });

  it('takes no answer to an earlier question for one to this', () => {
    expect(noteOf(answerFrom([], true), { isOld: true })).toContain('Counting …');
  });

  it('says what failed and what to do next', () => {
    const note = noteOf(null, { failure: 'The store is not there.' });
    expect(note).toContain('The spans could not be read.');
    expect(note).toContain('The store is not there.');
    expect(note).toContain('Try again');
  });
});

it('is patient: one second, then four, then sixteen, and now and then after that', () => {
  const patience = new Patience();
  const waits: number[] = [];
  const pauses: (number | false)[] = [];
  for (let i = 0; i < 4; i++) {
    waits.push(patience.waitMs);
    pauses.push(patience.askAgainInMs(patience.noted(answerFrom([], false))));
  }
  expect(waits).toEqual([1_000, 4_000, 16_000, 16_000]);
  expect(pauses).toEqual([500, 20_000, 20_000, 20_000]);
  expect(patience.askAgainInMs(patience.noted(answerFrom([], true)))).toBe(false);
  expect(patience.waitMs).toBe(1_000);
});

it('is read by no screen that does not say what it does with a partial one', () => {
  const careless = readdirSync(join(ROOT, 'renderer'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('connection'))
    .filter((file) => {
      const text = readFileSync(join(ROOT, 'renderer', file), 'utf8');
      const opens = /\bfoundIn\(/.test(text);
      return opens && !/\batLeast\(|<QuestionNote|state === '(partial|complete)'|answerFrom\(/.test(text);
    });
  expect(careless).toEqual([]);
});
