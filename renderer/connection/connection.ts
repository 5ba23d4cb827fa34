/** The renderer's one connection: the contract, over whatever this page has, and the feed of changes. */
import type { SpoorApi } from '../../core/api/contract';
import { createLink } from '../../core/api/rpc/service';
import { useConnection } from '../stores/connection-store';
import type { Attach } from './attach';
import { connectDesktop, desktopBridge } from './desktop-transport';
import { forgetToken, storedToken, takeTokenFromAddress } from './token';
import { connectWebSocket } from './websocket-transport';

const link = createLink<SpoorApi>('connection to Spoor');

export const api: SpoorApi = link.api;

export function connect(): void {
  const { setPhase } = useConnection.getState();
  const attach: Attach = (endpoint, closed) => {
    link.attach(endpoint, closed);
    setPhase('connected');
  };
  const desktop = desktopBridge();
  if (desktop) {
    connectDesktop(desktop, attach);
  } else {
    takeTokenFromAddress();
    const token = storedToken();
    if (token === null) {
      setPhase('signed-out');
      return;
    }
    connectWebSocket(token, attach, {
      onLost: () => setPhase('lost'),
      onRefused: () => {
        forgetToken();
        setPhase('signed-out');
      },
    });
  }
  void followChanges();
}

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
