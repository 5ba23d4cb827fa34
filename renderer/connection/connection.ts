/** The renderer's one connection: the contract, over whatever this page has, and the feed of changes. */
import type { HistogramQuery } from '../../core/api/contract';
import type {
  LogFacetQuery,
  LogHistogramQuery,
  LogListQuery,
  LogPatternQuery,
  LogsAroundQuery,
} from '../../core/api/logs';
import type { MetricCatalogueQuery } from '../../core/api/metrics';
import { createLink } from '../../core/api/rpc/service';
import type { GroupQuery, MetricResult, QueryRequest } from '../../core/api/search';
import type { ShareTarget, SyncRule } from '../../core/api/sync-state';
import type { TraceListQuery } from '../../core/api/trace-list-query';
import type { SpoorApi } from '../../core/operations/operations';
import { type Answer, answerOf, type QuestionName } from './answer';
import type { Attach } from './attach';
import { useConnection } from './connection-store';
import { connectDesktop, desktopBridge } from './desktop-transport';
import { accessToken, dropAccessToken, isTeamPage, renewalMs } from './team-session';
import { followTokenLinks, forgetToken, storedToken, takeTokenFromAddress } from './token';
import { connectWebSocket, type Tokens } from './websocket-transport';

const link = createLink<SpoorApi>('connection to Spoor');

/** What is answered as a whole. */
export const api: Omit<SpoorApi, QuestionName> = link.api;

/** Questions whose answers time may cut off. */
export const questions = {
  listTraces: async (query: TraceListQuery, signal?: AbortSignal) => answerOf(await link.api.listTraces(query, signal)),
  histogram: async (query: HistogramQuery, signal?: AbortSignal) => answerOf(await link.api.histogram(query, signal)),
  heatmap: async (query: HistogramQuery, signal?: AbortSignal) => answerOf(await link.api.heatmap(query, signal)),
  groups: async (query: GroupQuery, signal?: AbortSignal) => answerOf(await link.api.groups(query, signal)),
  listLogs: async (query: LogListQuery, signal?: AbortSignal) => answerOf(await link.api.listLogs(query, signal)),
  logHistogram: async (query: LogHistogramQuery, signal?: AbortSignal) =>
    answerOf(await link.api.logHistogram(query, signal)),
  logFacets: async (query: LogFacetQuery, signal?: AbortSignal) => answerOf(await link.api.logFacets(query, signal)),
  logPatterns: async (query: LogPatternQuery, signal?: AbortSignal) =>
    answerOf(await link.api.logPatterns(query, signal)),
  logsAround: async (logId: string, query: LogsAroundQuery, signal?: AbortSignal) =>
    answerOf(await link.api.logsAround(logId, query, signal)),
  metricCatalogue: async (query: MetricCatalogueQuery, signal?: AbortSignal) =>
    answerOf(await link.api.metricCatalogue(query, signal)),
  traceConversation: async (traceId: string) => answerOf(await link.api.traceConversation(traceId)),
  previewShare: async (target: ShareTarget) => answerOf(await link.api.previewShare(target)),
  previewRule: async (rule: SyncRule) => answerOf(await link.api.previewRule(rule)),
} satisfies { readonly [M in Exclude<QuestionName, 'query'>]: (...asked: Parameters<SpoorApi[M]>) => unknown };

/** TraceQL that gives numbers over time. */
export async function metricOf(request: QueryRequest, signal?: AbortSignal): Promise<Answer<MetricResult>> {
  const answer = await link.api.query(request, signal);
  if (answer.kind !== 'metrics') throw new Error('This query lists traces and gives no numbers.');
  return answerOf(answer);
}

export function connect(): void {
  const { setPhase } = useConnection.getState();
  const attach: Attach = (channel, closed) => {
    link.attach(channel, closed);
    setPhase('connected');
  };
  const desktop = desktopBridge();
  if (desktop) {
    connectDesktop(desktop, attach);
  } else {
    const isTeam = isTeamPage();
    if (!isTeam) {
      takeTokenFromAddress();
      followTokenLinks();
    }
    connectWebSocket(isTeam ? TEAM_TOKENS : LINK_TOKENS, attach, {
      onLost: () => setPhase('lost'),
      onRefused: () => setPhase('signed-out'),
    });
  }
  void followChanges();
  // Of others nobody navigates the window.
  if (!isTeamPage()) void followScreens();
}

/** The token of the printed link is good until Spoor ends. */
const LINK_TOKENS: Tokens = {
  current: async () => storedToken(),
  drop() {
    forgetToken();
    useConnection.getState().refuseToken();
  },
  renewalMs: () => Number.POSITIVE_INFINITY,
};
const TEAM_TOKENS: Tokens = { current: accessToken, drop: dropAccessToken, renewalMs };

const RETRY_MS = 500;
/** Commits come by the hundred a second under load; screens follow at a pace people can read. */
const PACE_MS = 120;

async function followChanges(): Promise<never> {
  const { setVersion } = useConnection.getState();
  let version = 0;
  for (;;) {
    try {
      version = await api.nextChange(version);
      setVersion(version);
      await delay(PACE_MS);
    } catch {
      await delay(RETRY_MS);
    }
  }
}

/** Shows what an agent of the user asks this window to show. */
async function followScreens(): Promise<never> {
  for (;;) {
    const asked = new AbortController();
    const askAgain = (): void => asked.abort();
    document.addEventListener('visibilitychange', askAgain, { once: true });
    try {
      const path = await api.nextScreen(document.visibilityState === 'visible', asked.signal);
      if (path !== null) window.location.hash = path;
    } catch {
      if (!asked.signal.aborted) await delay(RETRY_MS);
    } finally {
      document.removeEventListener('visibilitychange', askAgain);
    }
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
