import { useEffect, useState } from 'react';
import { useConnection } from '../../connection/connection-store';
import { REFRESH_MS, type Refresh } from './dashboard-address';

/** A number that moves when panels are to be asked again; 0 while there is nobody to ask. */
export function useRefresh(refresh: Refresh): { readonly tick: number; readonly askAgain: () => void } {
  const isConnected = useConnection(({ version }) => version > 0);
  const [count, setCount] = useState(1);
  const everyMs = REFRESH_MS[refresh];
  useEffect(() => {
    if (everyMs === null) return;
    // Nobody looks at a hidden page; it catches up when it is shown.
    let isBehind = false;
    const ask = (): void => {
      isBehind = document.visibilityState !== 'visible';
      if (!isBehind) setCount((before) => before + 1);
    };
    const catchUp = (): void => {
      if (isBehind) ask();
    };
    const timer = setInterval(ask, everyMs);
    document.addEventListener('visibilitychange', catchUp);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', catchUp);
    };
  }, [everyMs]);
  return { tick: isConnected ? count : 0, askAgain: () => setCount((before) => before + 1) };
}
