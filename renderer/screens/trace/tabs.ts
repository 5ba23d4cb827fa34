/** The views of a trace: their titles, their keys, and where each is offered. */
import type { TraceSummary } from '../../../core/model/trace-summary';
import { isAgentRun, type TraceTab } from '../../stores/trace-view-store';

interface Tab {
  readonly name: TraceTab;
  readonly title: string;
  /** Always the same, whichever views the trace has. */
  readonly key: string;
  /** Absent: every trace has it. */
  readonly isOffered?: (summary: TraceSummary) => boolean;
}

export const TABS: readonly Tab[] = [
  { name: 'waterfall', title: 'Waterfall', key: '1' },
  { name: 'lanes', title: 'Lanes', key: '2' },
  { name: 'flame', title: 'Flame', key: '3' },
  { name: 'table', title: 'Table', key: '4' },
  { name: 'statistics', title: 'Statistics', key: '5' },
  { name: 'logs', title: 'Logs', key: '6' },
  { name: 'conversation', title: 'Conversation', key: '7', isOffered: isAgentRun },
  { name: 'graph', title: 'Graph', key: '8', isOffered: isAgentRun },
  { name: 'comments', title: 'Comments', key: '9' },
];

export function tabsOf(summary: TraceSummary): readonly Tab[] {
  return TABS.filter(({ isOffered }) => isOffered?.(summary) ?? true);
}
