/** Secrets in every form go, and the scan of raw bytes suspects each of them. */
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../core/redaction/rules';
import { Random } from '../../core/samples/random';
import { secretForms } from '../fixtures/secret-forms';

const own = new Redactor(DEFAULT_REDACTION);
const SEEDS = [1, 2, 3, 4, 5, 6];
/** Random letters spell a word now and then. */
const MOST_LEFT = 0.002;

describe('forms of secrets', () => {
  it(`go, of ${SEEDS.length} seeds`, () => {
    const forms = SEEDS.flatMap((seed) => secretForms(new Random(seed)));
    const left = forms.filter(({ text, secret }) => own.text(text).includes(secret));
    expect(left.map(({ name, text }) => `${name}: ${text}`).slice(MOST_LEFT * forms.length)).toEqual([]);
    const unsuspected = forms.filter(({ text }) => own.text(text) !== text && !own.suspectsText(text));
    expect(unsuspected.map(({ name, text }) => `${name}: ${text}`)).toEqual([]);
    for (const { text } of forms) if (/^[[{]/.test(text) && isJson(text)) JSON.parse(own.text(text));
  });

  it.each([
    ['{"password":"hunter22"}', '{"password":"[redacted named-secret]"}'],
    ['{"password":"correct horse battery staple"}', '{"password":"[redacted named-secret]"}'],
    ['{"passwords":["a"],"password":["hunter22"]}', '{"passwords":["a"],"password":["[redacted named-secret]"]}'],
    ['{"authorization":"Bearer s3cr3t-value"}', '{"authorization":"Bearer [redacted authorization]"}'],
    ['x = {"password": "p\\"a&s,s;1"}', 'x = {"password": "[redacted named-secret]"}'],
    ['DB_PASSWORD=hunter22 psql', 'DB_PASSWORD=[redacted named-secret] psql'],
    ['https://x.org/a?sig=aZ3%2Fq9&x=1', 'https://x.org/a?sig=[redacted named-secret]&x=1'],
    [
      'https://b.s3.amazonaws.com/k?X-Amz-Signature=0a1b2c3d4e5f',
      'https://b.s3.amazonaws.com/k?X-Amz-Signature=[redacted named-secret]',
    ],
    ['Server=db;Password=hunter22;', 'Server=db;Password=[redacted named-secret];'],
    ['[client]\nuser=root\npassword=3tsS!xWC2#dOY\n', '[client]\nuser=root\npassword=[redacted named-secret]\n'],
    ['spring.datasource.password=Aw5V!nS1Bq3', 'spring.datasource.password=[redacted named-secret]'],
    ['<password>H0EA!lq54Rx</password>', '<password>[redacted named-secret]</password>'],
    ['mysql --password=E6Km!kLlo7 db', 'mysql --password=[redacted named-secret] db'],
    ['level=info passwd=Vfl1!CUUp2z ok', 'level=info passwd=[redacted named-secret] ok'],
    ["export PGPASSWORD='ZGru!dTD3cp7La'", "export PGPASSWORD='[redacted named-secret]'"],
    ["CREATE USER app WITH PASSWORD 'zRyW!mL5Mhh'", "CREATE USER app WITH PASSWORD '[redacted named-secret]'"],
    ['machine x.org login me password WJdO!MM7eMA', 'machine x.org login me password [redacted named-secret]'],
    ['machine x.org login me password Summer2024!', 'machine x.org login me password [redacted named-secret]'],
    ['log in with password: Summer2024!, then go on', 'log in with password: [redacted named-secret], then go on'],
    ['using api_key: a8f7D9k2L0q9X3m5zz and more', 'using api_key: [redacted named-secret] and more'],
    ['login with password P@ssw0rd123 now', 'login with password [redacted named-secret] now'],
    ['login with password: Admin#2024/x now', 'login with password: [redacted named-secret] now'],
    ['ENV API_TOKEN W27Wpi1iMaIMETBv6i3q', 'ENV API_TOKEN [redacted named-secret]'],
    ['Cookie: theme=dark; sessionid=MXCNXC8chszU', 'Cookie: [redacted named-secret]'],
    ['HEADERS=x-honeycomb-team=XjwipAkny5VEWyhE', 'HEADERS=x-honeycomb-team=[redacted named-secret]'],
    [`https://discord.com/api/webhooks/123456789012345678/${'aZ3-q9_B'.repeat(9)}`, 'https://[redacted api-token]'],
  ])('go as a whole, and nothing else does: %s', (text, clean) => {
    expect(own.text(text)).toBe(clean);
    expect(own.suspectsText(text)).toBe(true);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
