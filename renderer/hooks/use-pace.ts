import { useRef } from 'react';

/** Between two times that figures are counted while spans arrive. */
const PACE_MS = 10_000;
/** Nothing is soon counted, and somebody may wait for the first. */
const EMPTY_PACE_MS = 500;

/** The time to leave until figures are counted again, and what is to be told whether the answer that is shown is empty. */
export function usePace(): readonly [paceMs: number, shown: (isEmpty: boolean) => void] {
  const isEmpty = useRef(true);
  return [
    isEmpty.current ? EMPTY_PACE_MS : PACE_MS,
    (now) => {
      isEmpty.current = now;
    },
  ];
}
