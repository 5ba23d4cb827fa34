import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SYNC_ERRORS } from '../../../core/api/sync';
import { nextStamp } from '../../../core/sync/stamp';
import { HttpRemote } from '../../../workers/sync/http-remote';
import { OutgoingSpans } from '../../../workers/sync/outgoing-spans';
import type { Ask } from '../../../workers/sync/server-client';
import { loadBatch } from '../../bench/load';

const answered = (body: object) => ({
  status: 200,
  headers: new Headers(),
  body: new TextEncoder().encode(JSON.stringify(body)),
});

function remote(answer: (ask: Ask) => object, asked: Ask[] = [], projectId: string | null = 'p'): HttpRemote {
  return new HttpRemote({
    server: 'https://spoor.example.com',
    session: {
      ask: async (ask) => {
        asked.push(ask);
        return answered(answer(ask));
      },
    },
    clientId: 'me',
    projectId,
    outgoing: new OutgoingSpans({ redactsEmails: true, redactedKeys: ['enduser.*'] }),
    onRejected: () => {},
  });
}

const object = (n: number, chars: number) => ({
  kind: 'comment' as const,
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  stamp: nextStamp(null, n, 'abcdef01'),
  base: null,
  fields: { text: 'é'.repeat(chars) },
});

describe('the server over HTTP', () => {
  it('is sent as many changes at once as it takes', async () => {
    const asked: Ask[] = [];
    const server = remote((ask) => {
      const { objects } = ask.json as { objects: object[] };
      return { results: objects.map(() => ({ state: 'refused', message: 'no' })), position: '0.' };
    }, asked);
    const small = Array.from({ length: 200 }, (_, n) => object(n, 10));
    expect((await server.pushObjects('0.', small)).answer).toHaveLength(200);
    const large = Array.from({ length: 200 }, (_, n) => object(n, 9_000));
    const { answer } = await server.pushObjects('0.', large);
    expect(answer.length).toBeGreaterThan(30);
    expect(Buffer.byteLength(JSON.stringify(asked[1]?.json))).toBeLessThan(1024 * 1024);
    expect((await server.pushObjects('0.', [object(1, 400_000)])).answer).toHaveLength(1);
  });

  it('is given spans without what stays here, packed', async () => {
    const asked: Ask[] = [];
    await remote(() => ({ rejected: 0, position: '0.' }), asked).pushSpans('0.', loadBatch(0));
    const sent = gunzipSync(asked[0]?.bytes ?? new Uint8Array()).toString('latin1');
    expect(sent).toContain('[redacted');
    expect(sent).not.toContain('user-17');
    expect(sent).toContain('http.route');
    await expect(remote(() => ({}), [], null).pushSpans('0.', loadBatch(0))).rejects.toThrow('Choose a project');
  });

  it('is not believed when it answers something else', async () => {
    await expect(remote(() => ({ objects: 'all of them' })).changes('0.', '0.', 10)).rejects.toThrow('no team server');
    expect(Object.values(SYNC_ERRORS)).toHaveLength(new Set(Object.values(SYNC_ERRORS)).size);
  });
});
