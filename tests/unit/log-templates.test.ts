import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutEscapes } from '../../core/model/terminal-escapes';
import { TemplateMiner, templateText } from '../../core/query/logs/log-templates';

/** Whether a message is one of a template's, said in another way than the miner says it. */
function isOf(template: string, message: string): boolean {
  const words = template.split(/\s+/).map((word) =>
    word
      .split('<*>')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
      .join('[^]*'),
  );
  return new RegExp(`^\\s*${words.join('\\s*')}[^]*$`).test(withoutEscapes(message, ' '));
}

const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('user', 'order', 'failed', 'connect', 'to', 'in', 'شحن', '北京', 'Ünïcode') },
  { weight: 2, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.ipV4() },
  { weight: 1, arbitrary: fc.uuid() },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\u001b[31mred\u001b[0m', 'a=0xff', '[12ms]', '"quoted"', '\u0000\u0007', '<*>'),
  },
);
const message = fc
  .tuple(fc.array(word, { maxLength: 12 }), fc.constantFrom(' ', '  ', '\t', '\n'))
  .map(([words, between]) => words.join(between));

describe('log templates', () => {
  it('count each message once, under a template that it matches', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 80 }), (messages) => {
        const miner = new TemplateMiner();
        const mined = messages.map((one) => ({ one, template: miner.add(one) }));
        expect(miner.templates.reduce((sum, { count }) => sum + count, 0)).toBe(messages.length);
        for (const template of miner.templates) {
          expect(mined.filter((one) => one.template === template)).toHaveLength(template.count);
        }
        for (const { one, template } of mined) {
          expect([one, templateText(template), isOf(templateText(template), one)]).toEqual([
            one,
            templateText(template),
            true,
          ]);
        }
      }),
      { seed: 28, numRuns: 300 },
    );
  });

  it('are short, however long and strange a message is', () => {
    const miner = new TemplateMiner();
    const strange = [
      'x'.repeat(1_000_000),
      'a '.repeat(500_000),
      '\u202e\u0000\u001b['.repeat(300_000),
      ' '.repeat(1_000_000),
    ];
    for (const one of strange) expect(templateText(miner.add(one)).length).toBeLessThan(2_000);
    expect(miner.templates.reduce((sum, { count }) => sum + count, 0)).toBe(strange.length);
  });
});

describe('terminal escapes', () => {
  it.each([
    ['\u001b[1;31mred\u001b[0m and plain', 'red and plain'],
    ['\u001b]8;;https://example.com\u0007link\u001b]8;;\u0007', 'link'],
    ['no escapes [0m', 'no escapes [0m'],
    ['cut off \u001b[3', 'cut off \u001b[3'],
  ])('are taken out of %j', (text, plain) => expect(withoutEscapes(text)).toBe(plain));
});
