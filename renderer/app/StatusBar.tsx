import clsx from 'clsx';
import { Monitor, Moon, Sun } from 'lucide-react';
import { Link } from 'wouter';
import type { ForwardingReport, RefusalReport } from '../../core/api/receiver-reports';
import { formatBytes, formatCount, plural } from '../../core/model/format';
import { useConnection } from '../connection/connection-store';
import { isTeamPage } from '../connection/team-session';
import { SyncStatus } from '../features/sync/SyncStatus';
import { useStatus } from '../hooks/use-status';
import { type Theme, useSettings } from '../stores/settings-store';
import { secondText } from '../ui/clock-time';
import { Kbd } from '../ui/Kbd';
import { cappedTitle } from './capped-text';
import { QuarantineStatus } from './QuarantineStatus';
import { keptText, keptTitle, prunedText, prunedTitle } from './retention-text';

const NEXT_THEME: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
/** Shows where the window has room for it. */
const ROOMY = 'max-[1100px]:hidden';
const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon };

/** What is true right now: where we listen, what arrives, what is stored. */
export function StatusBar({ onHelp }: { readonly onHelp: () => void }) {
  const status = useStatus();
  const phase = useConnection(({ phase }) => phase);
  const { theme, setTheme } = useSettings();
  const ThemeIcon = THEME_ICONS[theme];
  const { text, tone } = listening(phase, status);
  // Known once the store is ready, and shown from then on.
  const { spans = null, logs = null, metricPoints = null } = status?.counts ?? {};
  const capped = status?.capped ? cappedTitle(status.capped) : null;
  const pruned = status ? prunedText(status.lastPruning, new Date()) : null;
  return (
    <footer className="col-span-2 flex items-center gap-5 overflow-hidden border-t border-line bg-raised px-3 text-sm whitespace-nowrap text-secondary">
      <span className="flex items-center gap-2" role="status">
        <span
          className={clsx('size-2 rounded-full', {
            'bg-ok': tone === 'ok',
            'bg-warning': tone === 'wait',
            'bg-error': tone === 'error',
          })}
        />
        {text}
      </span>
      {status?.store.state === 'ready' && (
        <>
          {!isTeamPage() && <span>{formatCount(status.spansPerSecond)} spans/s</span>}
          <span>
            {formatCount(spans ?? 0)} spans
            {logs ? (
              <>
                {' · '}
                <Link href="/logs" className="hover:text-text hover:underline">
                  {plural(logs, 'log')}
                </Link>
              </>
            ) : (
              ''
            )}
            {metricPoints ? (
              <>
                {' · '}
                <Link href="/metrics" className="hover:text-text hover:underline">
                  {plural(metricPoints, 'metric point')}
                </Link>
              </>
            ) : (
              ''
            )}
            {!isTeamPage() && ` · ${formatBytes(status.bytesOnDisk ?? 0)} on disk`}
          </span>
          {status.keeping.quarantine && !isTeamPage() && <QuarantineStatus quarantine={status.keeping.quarantine} />}
          {!isTeamPage() && (
            <span className={ROOMY} title={keptTitle(status.retention)}>
              {keptText(status.retention)}
            </span>
          )}
          {status.lastPruning && pruned !== null && (
            <span className={ROOMY} title={prunedTitle(status.lastPruning, status.retention)}>
              {pruned}
            </span>
          )}
          {capped && <span title={capped}>Names capped</span>}
        </>
      )}
      {status && (
        <>
          {status.redacted.total > 0 && (
            <span title={redactedTitle(status.redacted.byRule)}>{plural(status.redacted.total, 'value')} redacted</span>
          )}
          {status.refused.requests + status.refused.records > 0 && (
            <span className="text-warning" title={refusedTitle(status.refused)}>
              {formatCount(status.refused.requests + status.refused.records)} refused
            </span>
          )}
          {status.forwarding && (
            <span
              className={clsx(forwardingTrouble(status.forwarding) && 'text-warning')}
              title={forwardingTitle(status.forwarding)}
            >
              {forwardingTrouble(status.forwarding) ? 'Forwarding fails' : 'Forwarding'}
            </span>
          )}
        </>
      )}
      {!isTeamPage() && <SyncStatus />}
      <span className="grow" />
      <button
        type="button"
        className="flex items-center gap-1.5 hover:text-text"
        title={`Theme: ${theme}. Click for ${NEXT_THEME[theme]}.`}
        onClick={() => setTheme(NEXT_THEME[theme])}
      >
        <ThemeIcon size={13} aria-hidden /> {theme}
      </button>
      <button type="button" className="flex items-center gap-1.5 hover:text-text" onClick={onHelp}>
        <Kbd>?</Kbd> keys
      </button>
    </footer>
  );
}

/** Since the start: receivers count from there. */
function redactedTitle(byRule: Readonly<Record<string, number>>): string {
  const rules = Object.entries(byRule).map(([rule, count]) => `${rule}: ${formatCount(count)}`);
  return `Redacted before storing, since Spoor started\n${rules.join('\n')}`;
}

function refusedTitle({ requests, records, last }: RefusalReport): string {
  const counts = `Refused or not understood since Spoor started: ${plural(requests, 'request')}, ${plural(records, 'record')} in requests that were otherwise accepted`;
  return last === null ? counts : `${counts}\nLast at ${secondText(last.time)}: ${last.message}`;
}

function forwardingTrouble({ failed, dropped }: ForwardingReport): boolean {
  return failed + dropped > 0;
}

function forwardingTitle({ url, sent, queued, failed, dropped, lastError }: ForwardingReport): string {
  const counts = `${formatCount(sent)} sent, ${formatCount(queued)} waiting, ${formatCount(failed)} failed, ${formatCount(dropped)} dropped`;
  return `To ${url}\n${counts}${lastError === null ? '' : `\nLast error: ${lastError}`}`;
}

function listening(
  phase: string,
  status: ReturnType<typeof useStatus>,
): { text: string; tone: 'ok' | 'wait' | 'error' } {
  if (phase === 'lost') return { text: 'Connection lost, trying again', tone: 'error' };
  if (!status) return { text: 'Connecting', tone: 'wait' };
  if (status.unresponsive.length > 0) return { text: 'Not responding', tone: 'error' };
  if (status.store.state === 'failed') return { text: 'The database could not be opened', tone: 'error' };
  if (status.store.state === 'damaged') return { text: 'The database is damaged', tone: 'error' };
  if (isTeamPage()) return { text: window.location.host, tone: 'ok' };
  if (status.disk.full) return { text: 'The disk is full', tone: 'error' };
  if (status.otlpHttp.state === 'failed') return { text: 'Not listening for OTLP', tone: 'error' };
  if (status.otlpHttp.state === 'starting') return { text: 'Opening the OTLP port', tone: 'wait' };
  const { host, port } = status.otlpHttp;
  const grpc = status.otlpGrpc.state === 'listening' ? ` · ${status.otlpGrpc.port}` : '';
  const opening = status.store.state === 'opening' ? ' · opening the database' : '';
  return { text: `Listening on ${host}:${port}${grpc}${opening}`, tone: opening ? 'wait' : 'ok' };
}
