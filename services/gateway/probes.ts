/** Whether Spoor lives and can store, for whatever looks after it: in words that are for everybody, without a token. */
import type { Hono } from 'hono';
import type { StatusReport } from '../../core/api/contract';
import type { SpoorApi } from '../../core/operations/operations';
import { RETRY_AFTER_S } from '../../core/otlp/export-response';
import { unresponsiveText } from '../net/health';

const ANSWER_MS = 2_000;

export function serveProbes(app: Hono, api: Pick<SpoorApi, 'status'>): void {
  const probe = (path: string, troubleOf: (status: StatusReport) => string | null): void => {
    app.get(path, async (context) => {
      const trouble = await within(api.status()).then(troubleOf, () => 'the database does not answer\n');
      context.header('cache-control', 'no-store');
      if (trouble === null) return context.text('ok\n');
      context.header('retry-after', String(RETRY_AFTER_S));
      return context.text(trouble, 503);
    });
  };
  /** What does not go on without somebody's help. */
  const trouble = ({ store, unresponsive }: StatusReport): string | null => {
    if (store.state === 'damaged') return 'the database is damaged\n';
    return unresponsiveText(unresponsive) || null;
  };
  probe('/healthz', trouble);
  probe('/readyz', (status) => {
    if (status.store.state === 'opening') return 'the database is being opened\n';
    if (status.store.state === 'failed') return 'the database could not be opened\n';
    return trouble(status) ?? (status.disk.full ? 'the disk is full\n' : null);
  });
}

async function within<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), ANSWER_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
