/** `spoor mcp`: what an agent starts, and how it is entered in the configuration of one. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import { mcpOverStdio } from '../fixtures/mcp-client';
import { LONG_SPAN, TRACES } from '../fixtures/mcp-workspace';
import { runSpoor, temporaryFolder } from '../fixtures/spoor';

const own = (home: string): string => join(home, 'traces');

describe('spoor mcp', () => {
  it('starts Spoor where none runs, and ends it when the agent goes', async () => {
    const own = await temporaryFolder();
    const alone = await mcpOverStdio(own.path);
    const status = await alone.ask('get_status');
    const [, port] = /OTLP\/HTTP 127\.0\.0\.1:(\d+)/.exec(status.text) ?? [];
    const sent = traceRequest([
      {
        traceId: TRACES.timeout,
        spanId: LONG_SPAN,
        service: 'alone',
        name: 'job',
        startNs: BigInt(Date.now()) * 1_000_000n,
        endNs: BigInt(Date.now() + 5) * 1_000_000n,
      },
    ]);
    const response = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sent),
    });
    expect(response.status).toBe(200);
    expect((await alone.ask('search_traces', { query: 'service:alone' })).text).toContain(TRACES.timeout);
    await alone.close();
    const after = await runSpoor(['query', '{ }', '--data-dir', own.path]);
    expect(after.stderr).toMatch(/No Spoor runs/);
    // What it acknowledged is there for the next one.
    const again = await mcpOverStdio(own.path);
    expect((await again.ask('search_traces', {})).text).toContain(TRACES.timeout);
    await again.close();
    await own.remove();
  });

  it('enters itself in the configuration of an agent, and takes itself out', async () => {
    const home = await temporaryFolder();
    const environment = { HOME: home.path, USERPROFILE: home.path, CLAUDE_CONFIG_DIR: home.path };
    const file = join(home.path, '.claude.json');
    await writeFile(file, '{ "numStartups": 3 }\n');
    const installed = await runSpoor(['mcp', 'install', 'claude-code', '--data-dir', own(home.path)], environment);
    expect(installed).toMatchObject({ code: 0, stderr: '' });
    const { numStartups, mcpServers } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    expect(numStartups).toBe(3);
    expect(mcpServers).toMatchObject({ spoor: { type: 'stdio', command: process.execPath } });
    expect(
      (await runSpoor(['mcp', 'install', 'claude-code', '--data-dir', own(home.path)], environment)).stdout,
    ).toMatch(/has spoor already/);
    expect((await runSpoor(['mcp', 'uninstall', 'claude-code'], environment)).code).toBe(0);
    expect(await readFile(file, 'utf8')).not.toContain('spoor');
    expect(await readFile(`${file}.before-spoor`, 'utf8')).toBe('{ "numStartups": 3 }\n');
    const foreign = Buffer.from('{ "name": "Jos\xe9" }', 'latin1');
    await writeFile(file, foreign);
    const refused = await runSpoor(['mcp', 'install', 'claude-code'], environment);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('is not UTF-8; it was not changed.');
    expect(await readFile(file)).toEqual(foreign);
    expect(await runSpoor(['mcp', 'install', 'emacs'], environment)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('claude-code, codex, cursor'),
    });
    await home.remove();
  });
});
