import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION, type RedactionSettings } from '../../core/redaction/rules';
import { traceIdOf } from '../fixtures/traces';

const redactor = (settings: Partial<RedactionSettings> = {}) => new Redactor({ ...DEFAULT_REDACTION, ...settings });
const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
const span = (attributes: object[], more: object = {}) => ({
  resourceSpans: [
    { scopeSpans: [{ spans: [{ traceId: traceIdOf(1), spanId: 'a'.repeat(16), name: 'op', attributes, ...more }] }] },
  ],
});

/** All bytes that would be stored of a trace request, as text. */
function stored(request: object, settings: Partial<RedactionSettings> = {}): { text: string; counts: object } {
  const own = redactor(settings);
  const bytes = protobufFromTraceJson(request);
  const { batch } = decodeTraces(bytes);
  const kept = own.suspects(batch) ? decodeTraces(own.redact('traces', bytes)).batch : batch;
  const all = [kept.parts.bytes, ...kept.resources.map(({ message }) => message)].map((part) =>
    Buffer.from(part).toString(),
  );
  return {
    text: [...all, ...kept.operations.map(({ name }) => name)].join('\n'),
    counts: Object.fromEntries(own.counts),
  };
}

const SECRETS: readonly [rule: string, secret: string, around: (secret: string) => string][] = [
  ['authorization', 'abcDEF123456789._-', (secret) => `Bearer ${secret}`],
  ['aws-key', 'AKIAIOSFODNN7EXAMPLE', (secret) => `using ${secret} now`],
  ['aws-secret', 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYab', (secret) => `aws_secret_access_key = ${secret}`],
  ['github-token', `ghp_${'a1B2'.repeat(9)}`, (secret) => secret],
  ['github-token', `github_pat_${'a1B2'.repeat(9)}`, (secret) => `token ${secret}`],
  ['openai-key', `sk-proj-${'a1B2'.repeat(9)}`, (secret) => `OPENAI ${secret}.`],
  ['anthropic-key', `sk-ant-api03-${'a1B2'.repeat(9)}`, (secret) => secret],
  ['google-key', `AIza${'a1B2c'.repeat(7)}`, (secret) => secret],
  ['slack-token', 'xoxb-1234567890-abcdef', (secret) => secret],
  ['jwt', 'eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKKF2QT4', (secret) => `cookie ${secret}`],
  ['url-password', 'hunter22', (secret) => `postgres://admin:${secret}@db:5432/x`],
  ['named-secret', 'hunter22', (secret) => `{"user":"a","password":"${secret}"}`],
  [
    'private-key',
    'MIIEpAIBAAKCAQEA',
    (secret) => `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`,
  ],
  [
    'private-key',
    'MIIEpAIBAAKCAQEB',
    (secret) =>
      `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,5D\n\n${secret}\n-----END RSA PRIVATE KEY-----`,
  ],
];

describe('redaction of base64', () => {
  it.each(SECRETS)('takes out %s, wherever it begins', (rule, secret, around) => {
    for (const [before, behind] of [
      ['', ''],
      ['a', '.'],
      ['ab', ' and more'],
      ['{"x":1,"y":', '}'],
    ]) {
      for (const encoding of ['base64', 'base64url'] as const) {
        const encoded = Buffer.from(`${before} ${around(secret)}${behind}`).toString(encoding);
        for (const value of [encoded, `data:text/plain;base64,${encoded}`, `"${encoded}"`, `see /a/${encoded}`]) {
          const { text: kept, counts } = stored(span([text('note', value)]));
          expect(kept).not.toContain(encoded.slice(0, -4));
          expect(kept).toContain('in base64]');
          expect(Object.keys(counts)[0]).toMatch(/ in base64$/);
        }
      }
    }
    expect(rule).not.toBe('');
  });

  it('leaves pictures, digests and long words alone', () => {
    let seed = 7;
    const bytes = Uint8Array.from({ length: 300_000 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      return seed >> 16;
    });
    for (const value of [
      Buffer.from(bytes).toString('base64'),
      Buffer.from('{"model":"gpt","tokens":12,"text":"hello there, how are you?"}').toString('base64'),
      'c2stdGhpcyBpcyBubyBrZXkgYXQgYWxs',
      'abc/def/ghi/c2st/jklmnopqrstuvwxyz/password',
    ]) {
      expect(stored(span([text('note', value)])).counts).toEqual({});
    }
  });
});

describe('redaction', () => {
  it.each(SECRETS)('takes out %s, wherever it stands', (rule, secret, around) => {
    const value = around(secret);
    const places = [
      span([text('note', value)]),
      span([{ key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { stringValue: value }] } } }]),
      span([{ key: 'map', value: { kvlistValue: { values: [text('inner', value)] } } }]),
      span([], { events: [{ name: 'e', attributes: [text('exception.message', value)] }] }),
      span([], { links: [{ traceId: traceIdOf(2), spanId: 'b'.repeat(16), attributes: [text('note', value)] }] }),
      span([], { status: { code: 2, message: value } }),
      span([], { name: value }),
      { resourceSpans: [{ ...span([]).resourceSpans[0], resource: { attributes: [text('host.note', value)] } }] },
    ];
    for (const place of places) {
      const { text: kept, counts } = stored(place);
      expect(kept).not.toContain(secret);
      expect(kept).toContain(`[redacted ${rule}]`);
      expect(counts).toEqual({ [rule]: 1 });
    }
    expect(stored(span([text('note', value)]), { secrets: false }).text).toContain(secret);
  });

  it.each([
    'http.request.header.authorization',
    'db.password',
    'API_KEY',
    'x-api-key',
    'client_secret',
    'session.token'.replace('.', '_'),
  ])('takes out the value of %s whatever it is', (key) => {
    const { text: kept, counts } = stored(
      span([{ key, value: { arrayValue: { values: [{ stringValue: 'plain words' }] } } }, text('other', 'stays')]),
    );
    expect(kept).not.toContain('plain words');
    expect(kept).toContain('stays');
    expect(counts).toEqual({ 'secret-key': 1 });
  });

  it('leaves alone what only looks like it', () => {
    const request = span([
      text('gen_ai.usage.input_tokens', '12'),
      text('token.type', 'input'),
      text('url.full', 'https://example.com:8080/a?b=c'),
      text('sk-', 'sk-short, basic auth, AKIA, bearer of news'),
      text('mail', 'ada@example.com'),
      text('card', '4111 1111 1111 1111'),
    ]);
    expect(stored(request).counts).toEqual({});
  });

  it('takes out content where the user asks for it', () => {
    const request = span([
      text('mail', 'write to ada@example.com'),
      text('card', 'pay 4111 1111 1111 1111 now'),
      text('number', 'order 4111 1111 1111 1112'),
      text('customer.name', 'Ada'),
      text('note', 'ticket INT-1234'),
    ]);
    const { text: kept, counts } = stored(request, {
      emails: true,
      cards: true,
      keys: ['customer.*'],
      patterns: [{ name: 'ticket', pattern: 'INT-\\d+' }],
    });
    expect(counts).toEqual({ email: 1, card: 1, 'key customer.*': 1, ticket: 1 });
    expect(kept).toContain('4111 1111 1111 1112');
    expect(kept).not.toMatch(/ada@|1111 1111 now|Ada|INT-1234/);
  });

  it('reaches logs and metrics', () => {
    const own = redactor();
    const log = protobufFromLogsJson({
      resourceLogs: [
        {
          scopeLogs: [
            { logRecords: [{ body: { stringValue: 'Bearer abcdefgh12345' }, attributes: [text('password', 'x')] }] },
          ],
        },
      ],
    });
    const digest = new Uint8Array(16);
    expect(own.suspects(decodeLogs(log, digest, 0n).batch)).toBe(true);
    expect(Buffer.from(decodeLogs(own.redact('logs', log), digest, 0n).batch.message).toString()).toBe(
      'Bearer [redacted authorization]',
    );
    const point = {
      asInt: '1',
      exemplars: [{ filteredAttributes: [text('api_key', 'x')] }],
      attributes: [text('pwd', 'y')],
    };
    const metric = protobufFromMetricsJson({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', sum: { dataPoints: [point] } }] }] }],
    });
    expect(own.suspects(decodeMetrics(metric, digest).batch)).toBe(true);
    const { batch } = decodeMetrics(own.redact('metrics', metric), digest);
    expect(Buffer.from(batch.rest).toString()).toContain('[redacted secret-key]');
    expect(Object.fromEntries(own.counts)).toEqual({ authorization: 1, 'secret-key': 2 });
  });

  it('changes nothing else of a request', () => {
    const other = fc.record({ key: fc.string({ maxLength: 20 }), value: fc.record({ stringValue: fc.string() }) });
    fc.assert(
      fc.property(fc.array(other), (attributes) => {
        const request = protobufFromTraceJson(span([...attributes, text('password', 'hunter22')]));
        const expected = protobufFromTraceJson(span([...attributes, text('password', '[redacted secret-key]')]));
        const own = redactor({ secrets: true });
        fc.pre(!attributes.some(({ value }) => /[^\s]{4}/.test(value.stringValue)));
        expect(own.redact('traces', request)).toEqual(expected);
      }),
    );
  });

  it('finds what a pattern means in a text and not in bytes', () => {
    for (const [pattern, value] of [
      ['^Ü.*$', 'Über alles'],
      ['^plain$', 'plain'],
      ['(?<=id )\\d+', 'id 42'],
    ] as const) {
      expect(stored(span([text('note', value)]), { patterns: [{ name: 'own', pattern }] }).counts).toEqual({ own: 1 });
    }
    expect(stored(span([text('note', 'fine')])).counts).toEqual({});
  });

  it('refuses a pattern that is no regular expression', () => {
    expect(() => redactor({ patterns: [{ name: 'bad', pattern: '(' }] })).toThrow(SyntaxError);
  });
});
