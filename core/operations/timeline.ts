/** One trace as its screens ask for it. The timeline checks what it is asked itself; its typed columns stay outside REST. */
import { onTimeline } from './forwarded';
import { SIGNAL, TRACE_ID, unchecked } from './input';
import { operation } from './operation';

const trace = unchecked('traceId');
const permission = 'telemetry:read';

export const timeline = {
  /** Loads the trace, or what is new of it. @throws NOT_FOUND */
  openTimeline: operation({
    summary: 'Lays out a trace, and says what it holds',
    permission,
    input: [trace, unchecked('look'), SIGNAL],
    rest: null,
    run: onTimeline('openTimeline'),
  }),
  timelineRows: operation({
    summary: 'Rows [from, to) of a view of a trace',
    permission,
    input: [trace, unchecked('view'), unchecked('from'), unchecked('to'), SIGNAL],
    rest: null,
    run: onTimeline('timelineRows'),
  }),
  /** @throws NOT_FOUND */
  timelineLocate: operation({
    summary: 'Where a span is in a view',
    permission,
    input: [trace, unchecked('view'), unchecked('spanId'), SIGNAL],
    rest: null,
    run: onTimeline('timelineLocate'),
  }),
  timelineFind: operation({
    summary: 'The nearest match beyond a span in tree order, starting over at the end',
    permission,
    input: [trace, unchecked('view'), unchecked('find'), SIGNAL],
    rest: null,
    run: onTimeline('timelineFind'),
  }),
  timelineLanes: operation({
    summary: 'How the lanes or the flame graph of a trace are laid out',
    permission,
    input: [trace, unchecked('look'), unchecked('by'), SIGNAL],
    rest: null,
    run: onTimeline('timelineLanes'),
  }),
  timelineWindow: operation({
    summary: 'Rectangles of the lanes in a window of time',
    permission,
    input: [trace, unchecked('look'), unchecked('query'), SIGNAL],
    rest: null,
    run: onTimeline('timelineWindow'),
  }),
  timelineMinimap: operation({
    summary: 'A trace as a small picture',
    permission,
    input: [trace, unchecked('look'), unchecked('width'), unchecked('height'), SIGNAL],
    rest: null,
    run: onTimeline('timelineMinimap'),
  }),
  timelineSubject: operation({
    summary: 'What a rectangle of the lanes or of the flame graph stands for',
    permission,
    input: [trace, unchecked('look'), unchecked('by'), unchecked('subject'), SIGNAL],
    rest: null,
    run: onTimeline('timelineSubject'),
  }),
  timelineMarks: operation({
    summary: 'Events, links and logs of some spans of a view',
    permission,
    input: [trace, unchecked('look'), unchecked('spanIds'), SIGNAL],
    rest: null,
    run: onTimeline('timelineMarks'),
  }),
  timelineStatistics: operation({
    summary: 'How often and how long, by what spans have in common',
    permission,
    input: [trace, unchecked('look'), unchecked('by'), SIGNAL],
    rest: null,
    run: onTimeline('timelineStatistics'),
  }),
  timelineRemarks: operation({
    summary: 'Errors and notes in a trace',
    permission,
    input: [trace],
    rest: null,
    run: onTimeline('timelineRemarks'),
  }),
  traceConversation: operation({
    summary: 'What models were told and answered in a trace, and what their tools did',
    permission,
    input: [TRACE_ID],
    rest: { method: 'get', path: '/v1/traces/{traceId}/conversation', id: 'getConversation', refusals: [404] },
    run: onTimeline('traceConversation'),
  }),
  traceAgentRun: operation({
    summary: 'What is remarkable about the agent run in a trace, and who called whom',
    permission,
    input: [TRACE_ID],
    rest: { method: 'get', path: '/v1/traces/{traceId}/agent-run', id: 'getAgentRun', refusals: [404] },
    run: onTimeline('traceAgentRun'),
  }),
  sessionTurns: operation({
    summary: 'Turns [from, to) of a session, oldest first, with what was said',
    permission,
    input: [unchecked('sessionId'), unchecked('from'), unchecked('to')],
    rest: null,
    run: onTimeline('sessionTurns'),
  }),
  compareTimelines: operation({
    summary: 'Two traces side by side: what was added, removed, became slower or faster',
    permission,
    input: [unchecked('a'), unchecked('b'), unchecked('query')],
    rest: null,
    run: onTimeline('compareTimelines'),
  }),
  closeTimeline: operation({
    summary: 'Frees the memory of a trace',
    permission,
    input: [trace],
    rest: null,
    run: onTimeline('closeTimeline'),
  }),
};
