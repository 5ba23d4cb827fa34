/** The selected span and the address say the same: each follows the other, and only the one that did not change is written. */
import { useLayoutEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { parseSpanId, spanIdFromInt8 } from '../../../core/model/ids';
import { useTraceView } from '../../stores/trace-view-store';

/** @param spanId as it stands in the address; null: the address names the trace alone */
export function useSelectionInAddress(traceId: string, spanId: string | null): void {
  const [, navigate] = useLocation();
  const arrived = useRef(false);

  // Layout effects: they run before another key or click could select the next span.
  useLayoutEffect(() => {
    const { open, select } = useTraceView.getState();
    open(traceId);
    const linked = spanId === null ? null : parseSpanId(spanId);
    if (linked) select(BigInt(`0x${linked}`));
    // Who comes back to a trace finds the span that was selected there.
    else if (arrived.current) select(null);
    arrived.current = true;
  }, [traceId, spanId]);

  useLayoutEffect(() => {
    const follow = (selected: bigint | null): void => {
      navigate(`/trace/${traceId}${selected === null ? '' : `/${spanIdFromInt8(selected)}`}`, { replace: true });
    };
    const { selected } = useTraceView.getState();
    if (selected !== null) follow(selected);
    return useTraceView.subscribe((state, before) => {
      if (state.traceId === traceId && state.selected !== before.selected) follow(state.selected);
    });
  }, [traceId, navigate]);
}
