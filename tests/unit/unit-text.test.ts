import { expect, test } from 'vitest';
import { bytesOf, exactText, valueText } from '../../renderer/features/series-chart/unit-text';

test.each([
  [1, '{request}', '1 request'],
  [21, '{request}', '21 requests'],
  [0, '{request}', '0 requests'],
  [1.667, '{request}/s', '1.667 requests/s'],
  [2, '{query}', '2 queries'],
  [2, '{process}', '2 processes'],
  [2, '{packets}', '2 packets'],
  [2, '{CPU}', '2 CPU'],
  [2, '{req.total}', '2 req.total'],
  [2, '%', '2 %'],
  [2, '1', '2'],
  [2, 'ms', '2 ms'],
])('%d of %s reads %s', (value, unit, text) => expect(valueText(value, unit)).toBe(text));

test('exact values have the same units', () => expect(exactText(12.25, '{euro}')).toBe('12.25 euros'));

test('units of bytes are known, alone and in a rate', () => {
  expect(['By', 'KiBy/s', 's', '{byte}'].map(bytesOf)).toEqual([1, 1024, null, null]);
});
