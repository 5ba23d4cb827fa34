/** The lines that make programs send here: docs/senders.md has them as the screen does. `SPOOR_WRITE_DOCS=1` writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SENDER_GROUPS } from '../../core/senders/senders';
import { environmentFor } from '../../electron/cli/run/environment';

const HTTP = 'http://127.0.0.1:4318';
const senders = SENDER_GROUPS.flatMap((group) => group.senders);

function page(): string {
  const sections = SENDER_GROUPS.map(({ title, senders }) => {
    const parts = senders.map(({ title, lines, note }) => {
      const text = lines({ http: HTTP, wantsKey: false });
      return `### ${title}\n\n\`\`\`\n${text}\n\`\`\`\n${note === undefined ? '' : `\n${note}\n`}`;
    });
    return `## ${title}\n\n${parts.join('\n')}`;
  });
  return `# Send traces, logs and metrics

The screen **Send traces** shows these lines with the ports that are open, and copies them. Here they have the standard port. [receivers.md](receivers.md) describes what the
receivers accept, and \`spoor run -- PROGRAM\` sets such variables by itself ([cli.md](cli.md#spoor-run)). On a team server, the screen adds the header with your API key.

${sections.join('\n')}`;
}

describe('senders', () => {
  it('are in docs/senders.md', () => {
    const file = join('docs', 'senders.md');
    if (process.env.SPOOR_WRITE_DOCS === '1') writeFileSync(file, page());
    expect(readFileSync(file, 'utf8')).toBe(page());
  });

  it('have an id each, and lines with the address that they are given', () => {
    expect(new Set(senders.map(({ id }) => id)).size).toBe(senders.length);
    for (const { id, lines } of senders) {
      expect([id, lines({ http: 'http://127.0.0.1:50123', wantsKey: false })]).toEqual([
        id,
        expect.stringContaining('http://127.0.0.1:50123'),
      ]);
    }
  });

  it('send a key where one is wanted, or are not offered', () => {
    for (const { id, lines } of senders) {
      const text = lines({ http: HTTP, wantsKey: true });
      if (text !== null) expect([id, text]).toEqual([id, expect.stringContaining('SPOOR_API_KEY')]);
      expect(lines({ http: HTTP, wantsKey: false })).not.toContain('SPOOR_API_KEY');
    }
  });

  it('tell coding agents what spoor run tells them', () => {
    const run = { runId: 'r', name: null, content: false, override: false };
    const { environment } = environmentFor({}, { http: HTTP, grpc: null }, run);
    for (const { lines } of senders.filter(({ id }) => id === 'claude-code' || id === 'gemini-cli')) {
      const text = lines({ http: HTTP, wantsKey: false }) ?? '';
      const variables = [...text.matchAll(/^export (\w+)=(.*)$/gm)];
      expect(variables.length).toBeGreaterThan(4);
      for (const [, name = '', value] of variables) expect([name, environment[name]]).toEqual([name, value]);
    }
  });
});
