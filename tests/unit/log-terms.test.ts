/** Terms that a click puts into the search box for logs, and the logs of the sample. */
import { describe, expect, it } from 'vitest';
import { sampleLogs } from '../../core/samples/sample-logs';
import { hasTerm, termOf, withTerm } from '../../renderer/screens/logs/log-query';
import { drawnSpans, traceIdOf } from '../fixtures/traces';

describe('a term', () => {
  it('is as short as the language allows, and quoted where it has to be', () => {
    expect(termOf('level', 'error')).toBe('level:error');
    expect(termOf('service', 'web-1.eu')).toBe('service:web-1.eu');
    expect(termOf('service', 'my shop')).toBe('service="my shop"');
    expect(termOf('service', 'a*')).toBe('service="a*"');
    expect(termOf('event', 'say "hi" \\ bye')).toBe('event="say \\"hi\\" \\\\ bye"');
    expect(termOf('scope', '')).toBe('scope=""');
  });

  it('comes beside what was typed, and goes without touching it', () => {
    expect(withTerm('', 'level:error')).toBe('level:error');
    const both = withTerm('timeout', 'service="my shop"');
    expect(both).toBe('timeout service="my shop"');
    expect(hasTerm(both, 'service="my shop"')).toBe(true);
    expect(hasTerm('level:errors', 'level:error')).toBe(false);
    expect(withTerm(both, 'service="my shop"')).toBe('timeout');
    expect(withTerm('level:error timeout level:warn', 'level:error')).toBe('timeout level:warn');
  });
});

it('the sample logs what requests did, and names their spans', () => {
  const spans = drawnSpans(traceIdOf(1), 'GET /cart 0..500 web\n  SELECT 10..20 db !timeout').map((span) => ({
    ...span,
    kind: 2,
  }));
  const text = JSON.stringify(sampleLogs(spans, 10n ** 18n));
  expect(text).toContain('GET /cart served');
  expect(text).toContain('GET /cart took 500 ms');
  expect(text).toContain('SELECT failed: timeout');
  expect(text).toContain(spans[0]?.spanId);
  expect(text).toContain('service.started');
});
