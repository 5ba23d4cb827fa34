import { describe, expect, it } from 'vitest';
import { USER_KEYS } from '../../core/dialects/who-keys';
import { plainQuestions, traceqlOf } from '../../core/query/plain-search';

const KNOWN = { isField: (key: string) => /^(?:code|http)/.test(key), hasTrace: () => true };

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
    ['status:failed', '{ (status = error && (kind = server || kind = consumer || nestedSetParent < 0)) }'],
    ['-status:error', '{ status != error }'],
    ['http.route:/items http.method!=GET', '{ .http.route = "/items" && .http.method != "GET" }'],
    ['service:web service:db', '{ (resource.service.name = "web" || resource.service.name = "db") }'],
    [
      'service:web -service:x duration>1s service:db',
      '{ (resource.service.name = "web" || resource.service.name = "db") && resource.service.name != "x" && duration > 1s }',
    ],
    ['code:200', '{ ((.code = 200 || .code = "200") || text = "code:200") }'],
    ['code:a -code:b', '{ (.code = "a" || text = "code:a") && .code != "b" }'],
    ['code!=200', '{ !(.code = 200 || .code = "200") }'],
    ['code>=500', '{ .code >= 500 }'],
    ['name:"POST /orders"', '{ name = "POST /orders" }'],
    ['model:gpt-4o', '{ span.gen_ai.request.model = "gpt-4o" }'],
    ['declined', `{ text = "declined" || ${inNames('declined')} }`],
    ['code:1 card', `{ ((.code = 1 || .code = "1") || text = "code:1") } && { text = "card" || ${inNames('card')} }`],
    ['"say \\"hi\\""', `{ text = "say \\"hi\\"" || ${inNames('say \\"hi\\"')} }`],
    ['"card decl', `{ text = "card decl" || ${inNames('card decl')} }`],
    ['name:"POST \\', '{ name = "POST \\\\" }'],
    ['%', `{ ${inNames('%')} }`],
    ['https://a.b/c', `{ text = "https://a.b/c" || ${inNames('https://a\\\\.b/c')} }`],
    ['ABCDEF0123456789abcdef0123456789', '{ trace:id = "abcdef0123456789abcdef0123456789" }'],
    ['abcdef0123456789ab', '{ trace:id =~ "abcdef0123456789ab.*" }'],
    ['deadbeef', `{ text = "deadbeef" || ${inNames('deadbeef')} }`],
    ['duration>200 ms', '{ duration > 200ms }'],
    ['duration > 1.5 S checkout', `{ duration > 1.5s } && { text = "checkout" || ${inNames('checkout')} }`],
    ['duration> 3m', '{ duration > 3m }'],
    ['code >= 500 status = error', '{ .code >= 500 && status = error }'],
    ['name:"C:\\bin\\x"', '{ name = "C:\\\\bin\\\\x" }'],
  ])('reads %s', (typed, traceql) => {
    expect(traceqlOf(typed, KNOWN)).toBe(traceql);
  });

  it.each([
    ['localhost:8080', '.localhost = 8080', 'localhost:8080'],
    ['db.internal:5432', '.db.internal = 5432', 'db\\\\.internal:5432'],
    ['urn:isbn:0451450523', '.urn = "isbn:0451450523"', 'urn:isbn:0451450523'],
    ['D:\\work\\bin.log', '.D = "\\\\work\\\\bin.log"', 'D:\\\\\\\\work\\\\\\\\bin\\\\.log'],
    ['account=42', '.account = 42', 'account=42'],
  ])('takes %s for words where no span has such a field', (typed, field, inName) => {
    const traceql = traceqlOf(typed, { ...KNOWN, isField: () => false });
    expect(traceql).toContain(field);
    expect(traceql).toContain(`|| text = ${JSON.stringify(typed)} || ${inNames(inName)} }`);
  });

  it.each([
    ['"D:\\work\\a b\\x.log"', 'D:\\work\\a b\\x.log'],
    ['"D:\\work\\"', 'D:\\work\\'],
    ['"D:\\bin\\" declined', 'D:\\bin\\'],
    ['"two\nlines"', 'two lines'],
    ['"\u{1f389} done"', '\u{1f389} done'],
    ['\u{1f389}', '\u{1f389}'],
  ])('keeps the backslashes of %s, and looks for emoji', (typed, words) => {
    expect(traceqlOf(typed)).toContain(`{ text = ${JSON.stringify(words)} || `);
  });

  it('looks for what looks like an id where no trace has it', () => {
    const known = { isField: () => false, hasTrace: () => false };
    expect(traceqlOf('ABCDEF0123456789abcdef0123456789', known)).toBe('{ text = "abcdef0123456789abcdef0123456789" }');
    expect(traceqlOf('abcdef0123456789', known)).toBe('{ span:id = "abcdef0123456789" || text = "abcdef0123456789" }');
    expect(plainQuestions('ABCDEF0123456789 a:b service:x c > 5 { d')).toEqual({
      keys: ['a', 'c'],
      ids: ['abcdef0123456789'],
    });
  });

  it('takes a pasted line of any length for words of one span', () => {
    const line = Array.from({ length: 300 }, (_, i) => `word${i}`).join(' ');
    expect(traceqlOf(line)).toBe(`{ text = "${line}" }`);
    expect(traceqlOf(`"${'x'.repeat(2_000)}"`)).toBe(`{ text = "${'x'.repeat(2_000)}" }`);
  });

  it('looks for a user by every key that names one', () => {
    const traceql = traceqlOf('user:alice');
    expect(USER_KEYS.filter((key) => !traceql.includes(`span.${key} = "alice"`))).toEqual([]);
  });

  it.each(['status:purple', 'duration>fast', 'kind:nothing'])('says what is wrong with %s', (typed) => {
    expect(() => traceqlOf(typed)).toThrow(/status:error|cannot be searched for/);
  });
});
