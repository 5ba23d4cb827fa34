import { describe, expect, it } from 'vitest';
import { completionAt } from '../../core/query/completion';

/** `|` is where the cursor stands. */
const at = (text: string) => {
  const cursor = text.indexOf('¦');
  return completionAt(text.replace('¦', ''), cursor);
};

describe('completion', () => {
  it.each([
    ['{ ¦ }', { kind: 'field', typed: '', plain: false }],
    ['{ span.http¦', { kind: 'field', from: 2, typed: 'span.http', plain: false }],
    ['{ span:dur¦', { kind: 'field', typed: 'span:dur' }],
    ['{ status = e¦ }', { kind: 'value', from: 11, typed: 'e', field: 'status', quote: 'needed' }],
    ['{ .http.route = "/a¦', { kind: 'value', from: 17, typed: '/a', field: '.http.route', quote: 'open' }],
    ['{ resource.service.name=~"we¦', { kind: 'value', typed: 'we', field: 'resource.service.name', quote: 'open' }],
    ['{ a = "x" && na¦', { kind: 'field', typed: 'na' }],
    ['{ duration > 1¦', { kind: 'none' }],
    ['{ name = "in } { quotes" } ¦', { kind: 'none' }],
    ['{ } | co¦', { kind: 'step', from: 6, typed: 'co' }],
    ['{ } | by(res¦', { kind: 'field', typed: 'res' }],
    ['{ } | avg(dur¦', { kind: 'field', typed: 'dur' }],
    ['serv¦', { kind: 'field', from: 0, typed: 'serv', plain: true }],
    [
      'declined service:che¦',
      { kind: 'value', from: 17, typed: 'che', field: 'resource.service.name', quote: 'plain' },
    ],
    ['http.route:/a¦', { kind: 'value', typed: '/a', field: '.http.route', quote: 'plain' }],
    ['{ status = error && .http.route = "/a¦" } | count() > 1', { rest: '{ status = error && true } | count() > 1' }],
    ['{ resource.service.name=we¦', { rest: '{ true' }],
    ['declined service:che¦ status:error', { rest: 'declined  status:error' }],
    ['"some word¦', { kind: 'none' }],
    ['¦', { kind: 'none' }],
  ])('%s', (text, expected) => {
    expect(at(text)).toMatchObject(expected);
  });
});
