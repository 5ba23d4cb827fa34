/** The page of an HTML file: its script is put into the file by `core/formats/html`. It asks nothing of any network. */
import './viewer.css';
import { formatDuration, plural } from '../../core/model/format';
import { conversationView, turnsOf } from './conversation-view';
import { button, element } from './dom';
import { FileTimeline } from './file-timeline';
import { type FoundTrace, readFile } from './read-file';
import { spanDetails } from './span-details';

const DARK = '(prefers-color-scheme: dark)';

function show(): void {
  const root = document.getElementById('root');
  if (!root) return;
  setTheme(window.matchMedia(DARK).matches);
  const { traces, end } = readFile();
  const body = element('main');
  const [first] = traces;
  if (!first) {
    root.append(element('p', { class: 'empty' }, 'There is no trace in this file.'));
    return;
  }
  const left = [
    ...(end.spansLeftOut > 0 ? [plural(end.spansLeftOut, 'span')] : []),
    ...(end.tracesLeftOut > 0 ? [plural(end.tracesLeftOut, 'whole trace')] : []),
  ];
  if (left.length > 0) {
    root.append(
      element('p', { role: 'alert', class: 'left-out' }, `Left out to keep the file small: ${left.join(' and ')}.`),
    );
  }
  if (traces.length > 1) root.append(chooser(traces, (trace) => showTrace(body, trace)));
  root.append(body);
  // Its keys are told from the start; whoever chooses another trace stays where they choose.
  showTrace(body, first).focus({ preventScroll: true });
}

function chooser(traces: readonly FoundTrace[], choose: (trace: FoundTrace) => void): HTMLElement {
  const options = traces.map(({ summary }, i) =>
    element(
      'option',
      { value: String(i) },
      `${summary.rootService}: ${summary.rootName}, ${summary.startTime}, ${formatDuration(summary.durationNs)}`,
    ),
  );
  const select = element('select', { 'aria-label': 'Trace' }, ...options);
  select.addEventListener('change', () => choose(traces[Number(select.value)] as FoundTrace));
  return element('label', { class: 'chooser' }, `${plural(traces.length, 'trace')}: `, select);
}

/** @returns its timeline, which takes the keys */
function showTrace(body: HTMLElement, found: FoundTrace): HTMLElement {
  const trace = found.open();
  const { summary, model } = trace;
  const originNs = BigInt(model.columns.originNs);
  const canvas = element('canvas');
  const spacer = element('div', { class: 'spacer' });
  const scroller = element(
    'div',
    {
      class: 'scroller',
      tabindex: '0',
      role: 'application',
      'aria-label': 'Timeline. Arrow keys choose a span, plus and minus zoom, E finds the next error.',
    },
    element('div', { class: 'still' }, canvas),
    spacer,
  );
  const panel = element(
    'aside',
    { 'aria-label': 'Span', 'aria-live': 'polite' },
    element('p', { class: 'faint' }, 'Choose a span to see its details.'),
  );
  const timeline = new FileTimeline(canvas, scroller, spacer, trace, (spanId) => {
    const owned = trace.find(spanId);
    if (owned) panel.replaceChildren(spanDetails(owned, originNs));
  });
  const views = element('div', { class: 'views' }, element('div', { class: 'timeline' }, scroller, panel));
  const found_ = element('span', { role: 'status', class: 'faint' });
  const field = element('input', {
    type: 'search',
    placeholder: 'Find: name, service:, duration>10ms',
    'aria-label': 'Find in trace',
  });
  field.addEventListener('input', () => {
    try {
      const hits = timeline.find(field.value);
      found_.textContent = field.value.trim() === '' ? '' : plural(hits, 'match').replace('matchs', 'matches');
    } catch (error) {
      found_.textContent = error instanceof Error ? error.message : String(error);
    }
  });
  const facts = [
    summary.startTime,
    formatDuration(summary.durationNs),
    plural(trace.spans.length, 'span'),
    plural(summary.services.length, 'service'),
  ];
  const head = element(
    'header',
    {},
    element('h1', { dir: 'auto' }, summary.rootName || 'unnamed'),
    element('span', { class: 'faint' }, facts.join(' · ')),
    element('code', { class: 'faint' }, summary.traceId),
    ...(summary.errorCount > 0
      ? [
          button(plural(summary.errorCount, 'error'), () => timeline.nextError(), {
            class: 'error',
            title: 'Next error (E)',
          }),
        ]
      : []),
    element('span', { class: 'grow' }),
    found_,
    field,
    button('Light or dark', () => {
      setTheme(document.documentElement.dataset.theme !== 'dark');
      timeline.recolor();
    }),
  );
  const turns = turnsOf(trace);
  const tabs = turns.length === 0 ? [] : [tabsOf(views, turns.length, () => timeline.resize())];
  if (turns.length > 0) {
    const conversation = conversationView(turns, (spanId) => {
      views.dataset.view = 'timeline';
      timeline.resize();
      timeline.select(spanId);
    });
    views.append(conversation);
  }
  views.dataset.view = 'timeline';
  body.replaceChildren(head, ...tabs, views);
  new ResizeObserver(() => timeline.resize()).observe(scroller);
  timeline.resize();
  return scroller;
}

function tabsOf(views: HTMLElement, turns: number, onChange: () => void): HTMLElement {
  const show = (view: string) => (): void => {
    views.dataset.view = view;
    onChange();
  };
  return element(
    'nav',
    {},
    button('Timeline', show('timeline')),
    button(`Conversation, ${plural(turns, 'turn')}`, show('conversation')),
  );
}

function setTheme(dark: boolean): void {
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

show();
