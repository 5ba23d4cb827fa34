/** Log records of coding agents become spans, whatever their numbers and times are: none of them ends the request that brought it. */
import { expect, it } from 'vitest';
import { CodexRuns, MAX_PROMPTS } from '../../core/dialects/log-runs/codex-logs';
import { nsFromMs } from '../../core/model/time';
import { readLogRecords } from '../../core/otlp/read-log-records';
import { LogRuns } from '../../services/ingest/log-runs';
import { SIGNALS } from '../../services/ingest/signals';
import { claudeCodeLogs, codexLogs } from '../fixtures/coding-agent-logs';

const LOGS = SIGNALS.find(({ name }) => name === 'logs');

function spansOf(request: object) {
  const bytes = LOGS?.fromJson(request) as Uint8Array;
  const batch = LOGS?.decode(bytes).batch;
  if (batch?.signal !== 'logs') throw new Error('not read as logs');
  const spans = new LogRuns().spansOf(batch, bytes);
  if (!spans) throw new Error('no spans');
  return spans;
}

const nowNs = nsFromMs(Date.now());

it.each(['1e400', '1e308', '9007199254740993', '-1e308', 'NaN', '0x10', '', '1.5'])(
  'takes a duration of %s',
  (duration_ms) => {
    const counts = { input_tokens: duration_ms, output_tokens: '1e308', cost_usd: duration_ms };
    const claude = claudeCodeLogs(nowNs, 's', 'p', [
      ['user_prompt', 0, { prompt: 'hi' }],
      ['api_request', 10, { model: 'm', duration_ms, ...counts }],
      ['tool_result', 20, { tool_name: 'Bash', duration_ms, success: 'true' }],
    ]);
    const codex = codexLogs(nowNs, 'c', [
      ['user_prompt', 0, { prompt: 'hi' }],
      ['sse_event', 10, { 'event.kind': 'response.completed', duration_ms, input_token_count: '1e308' }],
      ['tool_result', 20, { tool_name: 'shell', call_id: 'a', duration_ms, success: 'true' }],
    ]);
    for (const request of [claude, codex]) expect(spansOf(request).length).toBeGreaterThan(0);
  },
);

it.each([1n, 1_764_460_800_000n, 4_102_444_800_000_000_000n, 2n ** 63n - 1n])(
  'places records of the time %s where they arrived',
  (ns) => {
    const { startNs, endNs } = spansOf(claudeCodeLogs(ns, 's', 'p', [['user_prompt', 0, { prompt: 'hi' }]]));
    for (const placed of [...startNs, ...endNs]) {
      if (placed === 0n) continue;
      expect(placed >= nowNs && placed <= nsFromMs(Date.now())).toBe(true);
    }
  },
);

it('looks through so many prompts of a conversation for each record, however many came', () => {
  const many = Array.from({ length: MAX_PROMPTS + 50 }, (_, n): [string, number, { prompt: string }] => [
    'user_prompt',
    n,
    { prompt: `prompt ${n}` },
  ]);
  const request = codexLogs(nowNs, 'c', [
    ...many,
    ['tool_result', 10, { tool_name: 'shell', call_id: 'early', success: 'true' }],
    ['tool_result', MAX_PROMPTS + 60, { tool_name: 'shell', call_id: 'late', success: 'true' }],
  ]);
  const bytes = LOGS?.fromJson(request) as Uint8Array;
  const spans = new CodexRuns().spans(readLogRecords(bytes, () => true));
  const traceOf = (call: string) => spans.find(({ spanKey }) => spanKey.endsWith(` ${call}`))?.traceKey;
  const last = spans.filter(({ parentKey }) => parentKey === null).at(-1)?.traceKey;
  expect(traceOf('late')).toBe(last);
  // Its prompt is forgotten, so that it belongs to none.
  expect(traceOf('early')).toBe('codex c 0');
});
