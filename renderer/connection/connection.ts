/** The renderer's one connection: the contract, over whatever this page has, and the feed of changes. */
import type { SpoorApi } from '../../core/api/contract';
import { createLink } from '../../core/api/rpc/service';
import type { Attach } from './attach';
import { useConnection } from './connection-store';
import { connectDesktop, desktopBridge } from './desktop-transport';
import { accessToken, dropAccessToken, isTeamPage, renewalMs } from './team-session';
import { followTokenLinks, forgetToken, storedToken, takeTokenFromAddress } from './token';
import { connectWebSocket, type Tokens } from './websocket-transport';

const link = createLink<SpoorApi>('connection to Spoor');

export const api: SpoorApi = link.api;

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

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
