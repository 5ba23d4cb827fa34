/** What a screen asks, and how far the answer is: one state for every question that takes time, may be cut off, or may fail. */
import { type QueryKey, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import type { Answer, Question } from '../connection/answer';
import { Patience } from './patience';
import { useRefetchOn } from './use-refetch-on';
import { useThrottled } from './use-throttled';

/** What cannot be answered in its time is not asked again at once when something is stored. */
const SLOW_PACE_MS = 20_000;

interface Asking<A> {
  readonly key: QueryKey;
  /** Asks, for so long. */
  readonly ask: (waitMs: number, signal: AbortSignal) => Promise<Answer<A>>;
  /** Of what is stored: where it moves, the question is asked again. 0: not connected yet. */
  readonly version: number;
  /** At most so often. */
  readonly paceMs: number;
}

/** Asks until the answer is complete, and again when what is stored changes. */
export function useQuestion<A>({ key, ask, version, paceMs }: Asking<A>): Question<A> {
  const subject = JSON.stringify(key);
  const asked = useRef({ subject, patience: new Patience() });
  if (asked.current.subject !== subject) asked.current = { subject, patience: new Patience() };
  const { patience } = asked.current;
  const { data, error, isPlaceholderData, refetch } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => patience.noted(await ask(patience.waitMs, signal)),
    refetchInterval: ({ state }) => (state.data ? patience.askAgainInMs(state.data) : false),
    placeholderData: (shown) => shown,
    enabled: version > 0,
    // What was answered before the screen was left is old.
    refetchOnMount: 'always',
  });
  const isPartial = data?.state === 'partial';
  useRefetchOn(useThrottled(version, isPartial ? Math.max(SLOW_PACE_MS, paceMs) : paceMs), refetch);
  return {
    answer: data ?? null,
    isOld: isPlaceholderData,
    failure: error?.message ?? null,
    askAgain: () => void refetch(),
  };
}
