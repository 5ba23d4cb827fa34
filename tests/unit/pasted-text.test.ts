import { describe, expect, it } from 'vitest';
import { looksLikeJson } from '../../renderer/features/import-files/looks-like-json';

describe('pasted text', () => {
  it.each([
    ['JSON', ' {"resourceSpans": []}\n'],
    ['JSON, indented', '[\n  {"traceId": "1"}\n]'],
    ['lines of JSON, the last cut off', '{"a":1}\r\n{"a":'],
  ])('is imported where it is %s', (_, text) => {
    expect(looksLikeJson(text)).toBe(true);
  });

  it.each([
    ['a query', '{ status = error }'],
    ['a query of several lines', '{ status = error }\n&& { duration > 1s }'],
    ['JSON with something behind it', '{}]'],
    ['a word in brackets', '[note] to myself'],
    ['a number', '7'],
    ['nothing', ''],
  ])('is left to the page where it is %s', (_, text) => {
    expect(looksLikeJson(text)).toBe(false);
  });
});
