import { useEffect, useRef } from 'react';

/** Asks again when `version` moves; not on the first render, which asks by itself. */
export function useRefetchOn(version: number, refetch: () => unknown): void {
  const seen = useRef(version);
  useEffect(() => {
    if (seen.current === version) return;
    // The first version only says that we are connected.
    if (seen.current !== 0) refetch();
    seen.current = version;
  }, [version, refetch]);
}
