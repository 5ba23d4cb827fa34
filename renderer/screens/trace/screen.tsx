import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';
import { TABS } from './tabs';

const TracePage = page(async () => (await import('./TracePage')).TracePage);

export const trace: Screen = {
  keys: [
    {
      title: 'Trace',
      keys: [
        [`1 ${TABS.length}`, TABS.map(({ title }) => title.toLowerCase()).join(', ')],
        ['← →', 'fold and unfold'],
        ['w s', 'zoom in and out'],
        ['a d', 'pan'],
        ['f', 'fit the span, again: the trace'],
        ['e', 'next error, with Shift the one before'],
        ['n', 'next match of the search, with Shift the one before'],
        ['[ ]', 'fold and unfold all'],
        [', .', 'fold one more or one fewer level'],
        ['b m', 'bookmark the span, write a note'],
        ['x', 'critical path'],
        ['c', 'compare with another trace'],
      ],
    },
    {
      title: 'Pointer, over time',
      keys: [
        ['drag', 'measure a range'],
        ['wheel', 'zoom; over rows: scroll, with Ctrl zoom'],
        ['shift', 'with the wheel: pan, or scroll lanes'],
        ['click 2×', 'fit the span; on the axis: the trace'],
      ],
    },
  ],
  routes: [
    <Route key="/trace/:traceId/:spanId?" path="/trace/:traceId/:spanId?">
      {({ traceId, spanId }) => <TracePage key={traceId} traceId={traceId} spanId={spanId ?? null} />}
    </Route>,
  ],
};
