import { describe, expect, it } from 'vitest';
import { traceqlOf } from '../../core/query/plain-search';

const inNames = (word: string) => `name =~ "(?i).*${word}.*" || resource.service.name =~ "(?i).*${word}.*"`;

describe('the plain search box', () => {
  it.each([
    ['', '{ }'],
    ['  { duration > 1s } ', '{ duration > 1s }'],
    ['({ } >> { name = "a" })', '({ } >> { name = "a" })'],
    [
      'service:checkout status:error duration>200ms',
      '{ resource.service.name = "checkout" && status = error && duration > 200ms }',
    ],
    ['status:ok', '{ (nestedSetParent < 0 && status != error) }'],
    ['-status:error', '{ status != error }'],
    ['http.route:/items http.method!=GET', '{ .http.route = "/items" && .http.method != "GET" }'],
    ['service:web service:db', '{ (resource.service.name = "web" || resource.service.name = "db") }'],
    [
      'service:web -service:x duration>1s service:db',
      '{ (resource.service.name = "web" || resource.service.name = "db") && resource.service.name != "x" && duration > 1s }',
    ],
    ['code:200', '{ (.code = 200 || .code = "200") }'],
    ['code!=200', '{ !(.code = 200 || .code = "200") }'],
    ['code>=500', '{ .code >= 500 }'],
    ['name:"POST /orders"', '{ name = "POST /orders" }'],
    ['model:gpt-4o', '{ span.gen_ai.request.model = "gpt-4o" }'],
    ['declined', `{ text = "declined" || ${inNames('declined')} }`],
    ['code:1 card', `{ (.code = 1 || .code = "1") } && { text = "card" || ${inNames('card')} }`],
    ['"say \\"hi\\""', `{ text = "say \\"hi\\"" || ${inNames('say \\"hi\\"')} }`],
    ['"card decl', `{ text = "card decl" || ${inNames('card decl')} }`],
    ['name:"POST \\', '{ name = "POST " }'],
    ['%', `{ ${inNames('%')} }`],
    ['https://a.b/c', `{ text = "https://a.b/c" || ${inNames('https://a\\\\.b/c')} }`],
    ['ABCDEF0123456789abcdef0123456789', '{ trace:id = "abcdef0123456789abcdef0123456789" }'],
    ['abcdef0123456789ab', '{ trace:id =~ "abcdef0123456789ab.*" }'],
    ['deadbeef', `{ text = "deadbeef" || ${inNames('deadbeef')} }`],
  ])('reads %s', (typed, traceql) => {
    expect(traceqlOf(typed)).toBe(traceql);
  });

  it.each(['status:purple', 'duration>fast', 'kind:nothing'])('says what is wrong with %s', (typed) => {
    expect(() => traceqlOf(typed)).toThrow(/status:error|cannot be searched for/);
  });
});
