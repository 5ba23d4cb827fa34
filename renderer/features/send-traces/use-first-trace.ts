import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { api, questions } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { isTeamPage } from '../../connection/team-session';

/** Opens the first trace that arrives while the workspace is seen empty. The sample is no arrival: it is looked at as a whole. */
export function useFirstTrace(isEmpty: boolean): void {
  const version = useConnection(({ version }) => version);
  const [, navigate] = useLocation();
  const isWaiting = useRef(false);
  if (isEmpty) isWaiting.current = true;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks again when the store's version moves
  useEffect(() => {
    if (!isWaiting.current) return;
    let isGone = false;
    void newest().then((traceId) => {
      if (isGone || !isWaiting.current || traceId === null) return;
      isWaiting.current = false;
      if (traceId !== 'sample') navigate(`/trace/${traceId}`);
    });
    return () => {
      isGone = true;
    };
  }, [version, isEmpty]);
}

/** @returns null: nothing yet, or it is not known */
async function newest(): Promise<string | null> {
  try {
    const listed = await questions.listTraces({ limit: 1 });
    const [trace] = listed.state === 'complete' ? listed.whole.data : [];
    if (!trace) return null;
    if (isTeamPage()) return trace.traceId;
    const { activity, isStored } = await api.sampleReport();
    return activity === 'none' && isStored === false ? trace.traceId : 'sample';
  } catch {
    return null;
  }
}
