/** What people, programs and models write, and is no secret, stays to the last letter. */
import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../core/redaction/rules';
import { Random } from '../../core/samples/random';
import { chars } from '../fixtures/secret-forms';

const own = new Redactor(DEFAULT_REDACTION);

const SENTENCES = [
  'The basic functionality is there. Basic authentication is used, with basic understanding/knowledge.',
  'A bearer instrument, say a bearer bond, belongs to the bearer. Bearer tokens are sent in a header.',
  'Authorization: Bearer authentication is required. Authorization: none',
  'Use Authorization: Bearer YOUR_API_KEY, or Authorization: Bearer <token>, or "Authorization: Bearer $TOKEN".',
  'password: must have 8 characters. Your password: the one that you chose. token: a piece of text; secret: no.',
  'The secret: listen. The key: patience. Passwd: password updated successfully',
  'Set OPENAI_API_KEY=your-key-here or export ANTHROPIC_API_KEY=sk-ant-... and then API_KEY=$OTHER_KEY.',
  'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx and sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx are examples, sk-learn is not.',
  '.sk-toggleable__label-arrow:before .sk-estimator-doc-link-hover-on-the-page { }',
  'task-based-approach-to-learning, risk-free, disk-usage-analyzer-for-linux, desk-organizer-2000-deluxe-edition',
  'Files begin with -----BEGIN PRIVATE KEY----- and end with -----END PRIVATE KEY-----, the rest is base64.',
  'if (pem.indexOf("-----BEGIN PRIVATE KEY-----") !== 0) throw new TypeError("no key"); return parse(pem, options);',
  `http://user:pass@host/, https://user:<password>@example.com, postgres://\${USER}:\${PASSWORD}@db/x, http://a:b@c`,
  'http://localhost:8080/@scope/name and https://url:8000 @somebody, npm i @types/node',
  'eyJ is how JSON begins in base64; AKIA is how keys of AWS begin; AIza those of Google',
  'The signature: a1b2c3d4e5f6a7b8c9d0, the sig of the day, cookie: chocolate chip, max_tokens: 4096',
  'Forgot your password? Enter a password 8 characters long, with 1 digit! The password is case-sensitive, password rules apply.',
  'See https://discord.com/api/webhooks/ and the cookie: a=1; b=2. The password for user@example1.com was reset.',
  'reset password user42@eu.my-company.com, reset password user42@eu.my-company.com:8080/x; password mailto:me1@a-b.org',
  'fix password org/app#1234 forgot_password /users/42?tab=security password page2?tab=security&x=1',
  'password admin@host01:22 and [sudo] password root@host-01:~# ls, password deploy1@web-1:/srv$ git password git@github.com:org/app1.git',
  'See password docs/auth2.md#reset, password README2.md#forgot and password localhost:8080/reset?id=1 password index2.php?a=b',
  'bump password argon2@^0.31.1, password hash-wasm@~4.9.0, password registry/app1@sha256:0a1b2c3d, password arn:aws:iam::1:user/a?b1',
  'glob password src/auth2/**/*.ts; **Reset password v2.0-beta** or ~~password v2.0-beta~~ of password vault:secret/data/db#password1',
  'A better password is here! Its new name is password version2.0! The password Argon2id? No password of 12 letters!',
  'input tokens: 120, output tokens: 30, total_tokens=150, eos_token_id=2, token_type=bearer, token: 42',
];

const CODE = [
  'const token = await getToken(user.id); if (token === null) return; token = tokens[i + 1]; token.kind = 12;',
  'password = getpass.getpass(); password=os.environ["DB_PASSWORD"]; api_key=settings.OPENAI_API_KEY,',
  'login(password=password1, pwd=user2.pwd) && password == other1 && password !== hash2(x) || password=%s1@%s',
  'password=user1@example.org password=$PASSWORD1! ENV API_TOKEN $1 ARG AUTH_TOKEN pwd=a1*b2 pwd=x1%2 PASSWORD NOT NULL',
  'fill({ user, password: auth0?.password }, data2?.password) && save({ password: data2?.user?.password, pwd: user_2!.password })',
  'this.password = this.#password2; password: form1.value!.pwd2!, password: password2!, password=user2.password! password: e2?.#pwd',
  'var r={password:t1?e.pw:null,passwd:t2.pw??null,pwd:opts2?.pwd} password: user1?.pwd,',
  'val password: Utf8Text? = null; password: Utf8String?, password: Hash256? = hash2?.text; let password: string | undefined',
  'interface Options { password: string; privateKey: Buffer; secret?: SignatureKey; token: Token<12>; apiKey: string }',
  'def login(password: str = "", token: Optional[str] = None, secret: bytes = b"") -> None:',
  '<input type="password" name="password" placeholder="Password" autocomplete="current-password"> <a href="?token=">',
  'token := lexer.Next(); secret := r.Header.Get("X-Secret"); password := flag.String("password", "", "the password")',
  `fetch(url, { credentials: 'same-origin', headers: { authorization: "Bearer " + token, 'x-api-key': apiKey } })`,
  `headers: { authorization: 'Bearer \${token}', password: '\${password}', 'X-Api-Key': '{{ key }}' }`,
  'self.token = Token(type=TokenType.NAME, value="Hello"); self.key = "abc123def456"; cache_key = f"user:{id}"',
  'SELECT password, token FROM users WHERE token = $1 AND password = $2; -- token = page2token',
  "t('login.password', 'Mot de passe'), { password: 'Passwort', token: 'Token', secret: 'Geheimnis' }",
  'kubectl create secret generic db --from-literal=password=$PASSWORD; secretKeyRef: { name: db-secret, key: password }',
];

const random = new Random(25);
const opaque = (length: number): string => chars(random, 'url', length);

/** JSON of models, as their APIs send it. */
const DATA: readonly unknown[] = [
  { password: null, token: 12345, secret: true, api_key: '', authorization: {}, cookie: [] },
  { content: [{ type: 'thinking', thinking: 'I think.', signature: opaque(340) }] },
  {
    choices: [
      {
        logprobs: {
          content: [
            { token: 'Hello', logprob: -0.1, bytes: [72] },
            { token: ' world', top: 2 },
          ],
        },
      },
    ],
  },
  { candidates: [{ content: { parts: [{ thoughtSignature: opaque(200), thought_signature: opaque(200) }] } }] },
  { output: [{ type: 'reasoning', encrypted_content: `gAAAAA${opaque(900)}`, id: `rs_${chars(random, 'hex', 48)}` }] },
  { type: 'redacted_thinking', data: opaque(600) },
  {
    usage: { input_tokens: 12, output_tokens: 3, cached_tokens: 0 },
    max_tokens: 100,
    token_ids: [1, 2],
    tokens: ['a'],
  },
  { nextPageToken: opaque(60), next_page_token: opaque(60), pageToken: 'CAUQAA', sync_token: opaque(40) },
  {
    continuation_token: opaque(80),
    cursor: opaque(40),
    stop_token: '<|endoftext|>',
    eos_token: '</s>',
    csrf_token: 'x',
  },
  { id: `call_${chars(random, 'mixed', 24)}`, prompt_cache_key: chars(random, 'hex', 32), idempotency_key: opaque(36) },
  {
    type: 'object',
    properties: { password: { type: 'string', description: 'The password' }, token: { type: 'string' } },
  },
  { password: 'string', secret: 'The secret of the house.', token: 'required', api_key: 'Your API key' },
  { text: 'basic functionality, bearer of "news": {"password":null,"token":12345}', etag: chars(random, 'hex', 64) },
];

describe('words', () => {
  it.each([...SENTENCES, ...CODE])('stay: %s', (text) => {
    expect(own.text(text)).toBe(text);
  });

  it.each(DATA.map((data) => [JSON.stringify(data).slice(0, 80), data] as const))('stay in JSON: %s', (_, data) => {
    for (const text of [
      JSON.stringify(data),
      JSON.stringify(data, null, 2),
      JSON.stringify([{ role: 'tool', content: JSON.stringify(data) }]),
      `The tool said:\n${JSON.stringify(data)}\nand no more.`,
      `data: ${JSON.stringify({ delta: JSON.stringify({ inner: JSON.stringify(data) }) })}\n\n`,
      JSON.stringify(data).slice(0, -5),
    ]) {
      expect(own.text(text)).toBe(text);
    }
  });

  it('stay, in any order and number', () => {
    const pieces = [...SENTENCES, ...CODE, ...DATA.map((data) => JSON.stringify(data))];
    for (let n = 0; n < 150; n++) {
      const text = Array.from({ length: random.int(2, 5) }, () => random.pick(pieces)).join(
        random.pick(['\n', ' ', '\n\n']),
      );
      expect(own.text(text)).toBe(text);
      expect(own.text(JSON.stringify({ text }))).toBe(JSON.stringify({ text }));
    }
  });

  it('stay where a flag or nothing is under a secret name', () => {
    const attributes = [
      { key: 'user.has_password', value: { boolValue: true } },
      { key: 'db.password', value: { stringValue: '' } },
    ];
    const span = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: 'op', attributes };
    const request = protobufFromTraceJson({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    const redactor = new Redactor(DEFAULT_REDACTION);
    expect(redactor.suspects(decodeTraces(request).batch)).toBe(true);
    expect(Buffer.from(redactor.redact('traces', request)).equals(Buffer.from(request))).toBe(true);
  });
});
