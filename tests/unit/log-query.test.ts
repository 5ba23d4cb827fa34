/** The language of searches for logs: what it finds, and what it says of what it cannot read. */
import { describe, expect, it } from 'vitest';
import { SpoorError } from '../../core/model/errors';
import type { AnyValue } from '../../core/model/json-types';
import { levelNamed, levelOf, severitiesOf } from '../../core/model/log-level';
import { queryOfTemplate, TemplateMiner, templateText } from '../../core/query/logs/log-templates';
import { type MatchedLog, matchesLog, textsOf } from '../../core/query/logs/match-log';
import { parseLogQuery } from '../../core/query/logs/parse-log-query';
import { AnswerSteps } from '../../core/query/traceql/regex';

const text = (stringValue: string): AnyValue => ({ stringValue });
const LOG: MatchedLog = {
  severity: 17,
  service: 'web',
  eventName: 'order.failed',
  traceId: 'ab'.repeat(16),
  spanId: null,
  body: text('POST localhost:8080/orders failed: Card declined (code 51)'),
  attributes: [
    { key: 'http.status_code', value: { intValue: '503' } },
    { key: 'retry', value: text('3') },
    { key: 'tags', value: { arrayValue: { values: [text('vip'), text('eu')] } } },
    { key: 'id', value: { intValue: '9007199254740993' } },
  ],
  resource: { attributes: [{ key: 'deployment.environment.name', value: text('prod') }] },
  scope: { name: 'app.orders' },
};
const STRUCTURED: MatchedLog = {
  ...LOG,
  body: {
    kvlistValue: {
      values: [{ key: 'user', value: { kvlistValue: { values: [{ key: 'id', value: { intValue: '7' } }] } } }],
    },
  },
};

const finds = (query: string, log = LOG): boolean => matchesLog(parseLogQuery(query), log, new AnswerSteps());

it('looks for a pattern in steps within a budget, however long and hostile what is logged', () => {
  const hostile: MatchedLog = { ...LOG, body: text('a'.repeat(500_000)) };
  for (const query of ['~"(a?){100}(a+)+[bc]$"', 'body=~"(a?){100}(a+)+[bc]$"', 'service:w* ~"(a|aa)*[bc]$"']) {
    const budget = new AnswerSteps();
    expect(matchesLog(parseLogQuery(query), hostile, budget)).toBe(false);
    const steps = AnswerSteps.MOST - budget.left;
    // Of a long body the beginning, and a bounded number of steps for each of its characters.
    expect(steps).toBeGreaterThan(65_536);
    expect(steps).toBeLessThan(65_536 * 100);
    budget.left = 1_000;
    expect(() => matchesLog(parseLogQuery(query), hostile, budget)).toThrow(/too many steps/);
  }
});

describe('a search for logs', () => {
  it.each([
    '',
    '*',
    'card',
    'CARD declined',
    '"card declined"',
    'decl',
    'order.failed',
    'vip',
    '503',
    'localhost:8080',
    'level:error',
    'severity>=warn',
    'severity>warn',
    'level<fatal',
    'level:ERR',
    'severity=17',
    'level!=info',
    'service:web',
    'service:w*',
    'service=~"^w"',
    'scope:app.*',
    'logger:app.orders',
    'event:order.failed',
    `trace:${'AB'.repeat(16)}`,
    'trace:*',
    '-span:*',
    'env:prod',
    'resource.deployment.environment.name=prod',
    'deployment.environment.name:prod',
    'http.status_code>=500',
    'http.status_code=503',
    'http.status_code:503.0',
    'retry>2',
    'tags:eu',
    'tags="vip"',
    'attribute.retry:3',
    'body:declined',
    'body=~"code \\d+"',
    '~"(?i)CARD"',
    'no.such!=x',
    '-no.such:*',
    'status:error',
    'nothing OR card',
    '(nothing OR card) failed',
    'NOT nothing',
    '-(nothing OR missing)',
    'level:info level:error',
    'retry:9 retry:3',
    'retry:3 retry:9',
    'http.status_code:404 http.status_code:503',
    'level:error AND retry:9 retry:3',
    'body:declined AND body:failed',
    'card && failed',
    'nothing || card',
    'id=9007199254740993',
    'id>9007199254740992',
  ])('finds by %s', (query) => {
    expect(finds(query)).toBe(true);
  });

  it.each([
    'nothing',
    '-card',
    'card -failed',
    'level:warn',
    'severity>error',
    'level:unset',
    'service:we',
    'service:Web',
    'event:order',
    'span:*',
    `trace:${'cd'.repeat(16)}`,
    'env:dev',
    'http.status_code<500',
    'http.status_code!=503',
    'tags=vi',
    'body:vip',
    'body="POST"',
    '~"declined$"',
    'status:ok',
    'level:info level:warn',
    'level:error AND level:info',
    'level:info && level:error',
    'level:info level:error AND level:warn',
    'body:declined AND body:missing',
    'retry:3 AND retry:9',
    'retry:8 retry:9',
    'card nothing',
    'retry>"a"',
    'id=9007199254740992',
  ])('does not find by %s', (query) => {
    expect(finds(query)).toBe(false);
  });

  it('looks into structured bodies', () => {
    expect([
      finds('body.user.id=7', STRUCTURED),
      finds('body.user.id>7', STRUCTURED),
      finds('"id":8', STRUCTURED),
    ]).toEqual([true, false, false]);
    expect([finds('"\\"id\\":7"', STRUCTURED), finds('body.user:*', STRUCTURED), finds('body.user:*')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('looks into lists within lists, and writes them out once however deep they are', () => {
    const list = (...values: AnyValue[]): AnyValue => ({ arrayValue: { values } });
    const pair = { kvlistValue: { values: [{ key: 'a', value: text('Inner "one"') }] } };
    const log = { ...LOG, attributes: [{ key: 'deep', value: list(list(text('vip'), list(pair, {})), text('eu')) }] };
    for (const query of ['deep:vip', 'deep=eu', '"\\"vip\\",[{"', 'inner', 'deep=~"^\\[\\[.*eu\\"\\]$"']) {
      expect([query, finds(query, log)]).toEqual([query, true]);
    }
    let nested = text('word '.repeat(1_000));
    for (let depth = 0; depth < 60; depth++) nested = list(nested);
    expect(textsOf(nested).reduce((sum, one) => sum + one.length, 0)).toBe(2 * 5_000 + 2 + 2 * 60);
  });

  it.each([
    ['(card', 'Column 1: this group does not end'],
    ['card OR', 'something to look for is missing'],
    ['OR card', 'something to look for is missing'],
    ['NOT', 'something to look for is missing'],
    ['()', 'the group is empty'],
    ['(', 'Column 1: this group does not end'],
    ['card OR (', 'Column 9: this group does not end'],
    ['(OR card)', 'missing beside OR'],
    ['level:loud', 'loud is no level'],
    ['trace:abc', 'abc is no trace id'],
    ['service>web', 'service has no order'],
    ['status:maybe', 'use status:error or status:ok'],
    ['body=~"["', 'the regular expression cannot be used'],
    ['~"(?=a)"', 'looks ahead'],
    ['a '.repeat(201), 'at most 200 terms'],
    [`${'('.repeat(40)}a${')'.repeat(40)}`, 'at most 30 deep'],
    ['x'.repeat(10_001), 'at most 10000 characters'],
  ])('says what is wrong with %s', (query, message) => {
    expect(() => parseLogQuery(query)).toThrow(message);
    expect(() => parseLogQuery(query)).toThrow(SpoorError);
  });

  it('reads any text, or says what is wrong with it', () => {
    for (const odd of [
      '\0',
      '((((',
      '"',
      '"open',
      'a:"b',
      '-',
      '--x',
      ':',
      '=',
      'a=',
      'http://x/y',
      'a:b:c',
      ')',
      '😀',
      '\u202eabc',
      '~',
      '~"a',
      '{"a":1}',
    ]) {
      try {
        finds(odd);
      } catch (error) {
        expect(error).toBeInstanceOf(SpoorError);
      }
    }
  });
});

describe('levels', () => {
  it('are four numbers each', () => {
    expect([0, 1, 4, 5, 9, 12, 13, 16, 17, 20, 21, 24, 99].map(levelOf)).toEqual([
      'unset',
      'trace',
      'trace',
      'debug',
      'info',
      'info',
      'warn',
      'warn',
      'error',
      'error',
      'fatal',
      'fatal',
      'fatal',
    ]);
    expect([severitiesOf('warn'), severitiesOf('unset')]).toEqual([
      { least: 13, most: 16 },
      { least: 0, most: 0 },
    ]);
    expect(['Warning', 'CRITICAL', 'Information', 'loud'].map(levelNamed)).toEqual(['warn', 'fatal', 'info', null]);
  });
});

describe('templates', () => {
  it('group messages by what they have in common', () => {
    const miner = new TemplateMiner();
    const ids = ['3f2a9c01', '77aa01bc', 'deadbeef42'];
    for (const [i, id] of ids.entries()) {
      miner.add(`user ${id} logged in from 10.0.0.${i}:443 after ${i * 12}ms`);
      miner.add(`order ${1_000 + i} for ${['anna', 'bob', 'cleo'][i]} was shipped`);
    }
    miner.add('\u001b[31mout of memory\u001b[0m');
    expect(miner.templates.map((one) => [templateText(one), one.count])).toEqual([
      ['user <*> logged in from <*> after <*>ms', 3],
      ['order <*> for <*> was shipped', 3],
      ['out of memory', 1],
    ]);
    expect(queryOfTemplate('user <*> logged in from <*> after <*>ms')).toBe(
      'body:"user" AND body:"logged" AND body:"from" AND body:"after"',
    );
    expect(queryOfTemplate('aaa bbbb ccc dddd eeee ffff bbbb gggg hhhh iiii jjjj')).toBe(
      ['bbbb', 'dddd', 'eeee', 'ffff', 'gggg', 'hhhh', 'iiii', 'jjjj'].map((word) => `body:"${word}"`).join(' AND '),
    );
  });

  it('become searches that find each of their messages', () => {
    const esc = '\u001b';
    const messages = Array.from({ length: 4 }, (_, i) => [
      `Unhandled error in job ${i}\n\tat run (job.ts:${i})\r\n\tat main (main.ts:1)`,
      `${esc}[2m12:00:0${i}${esc}[0m level=${esc}[32mIN${esc}[1mFO${esc}[0m cache\twarmed in ${i}ms`,
      `could not open "C:\\data\\file-${i}.db": path\u00a0is locked by user=${'abcd'[i]}`,
      `{"event":"checkout","order":{"id":${i}}}`,
      `Ünïcode ΟΔΟΣ ${i} ${'straße '.repeat(200)}`,
      `${'long'.repeat(300)} ${i}`,
    ]).flat();
    const miner = new TemplateMiner();
    const mined = messages.map((message) => ({ message, template: miner.add(message) }));
    expect(miner.templates.length).toBeLessThan(messages.length);
    for (const { message, template } of mined) {
      const query = queryOfTemplate(templateText(template));
      expect(query).not.toBe('');
      expect([message, query, finds(query, { ...LOG, body: text(message) })]).toEqual([message, query, true]);
    }
  });

  it('stay within their bounds', () => {
    const miner = new TemplateMiner({ similarity: 0.9, templates: 10, words: 5, chars: 50 });
    for (let i = 0; i < 1_000; i++)
      miner.add(
        `${'abcdefghij'[i % 10]}${'klmnopqrst'[Math.floor(i / 10) % 10]} ${'uvwxyz'[i % 6]} ${'x'.repeat(100)}`,
      );
    expect(miner.templates.length).toBe(11);
    expect(miner.templates.reduce((sum, { count }) => sum + count, 0)).toBe(1_000);
  });
});
