/**
 * One trace as its screens ask for it. Every call names the trace and the view, and any call loads the trace if it is not in
 * memory: there is no session to lose. `version` grows with the trace; replies of another version than the screen's are old.
 * Times are nanoseconds relative to `originNs` as doubles, which hold them exactly for 104 days.
 */

import type { AgentGraph } from '../agent-run/agent-graph';
import type { Conversation } from '../agent-run/conversation';
import type { Insight } from '../agent-run/insights';
import type { TraceSummary } from '../model/trace-summary';
import type { LaneRects } from '../timeline/lane-window';
import type { LaneGroup } from '../timeline/lanes';
import type { Minimap } from '../timeline/minimap';
import type { RowBlock, RowOperation } from '../timeline/rows';
import type { RowSort } from '../timeline/rows-view';
import type { GroupStatistics, StatisticsBy } from '../timeline/statistics';
import type { SessionTurn } from './session';
import type { StoredMark } from './stored-mark';

/** Where there is a signal: whoever asked has gone, and a search that nobody else waits for ends. */
export interface TimelineApi {
  /** Loads the trace, or what is new of it. @throws NOT_FOUND */
  openTimeline(traceId: string, look: Look, signal?: AbortSignal): Promise<TimelineInfo>;
  /** Rows [from, to) of a view, fewer at its end. */
  timelineRows(traceId: string, view: RowsView, from: number, to: number, signal?: AbortSignal): Promise<RowBlock>;
  /** Where a span is in a view. @throws NOT_FOUND */
  timelineLocate(traceId: string, view: RowsView, spanId: bigint, signal?: AbortSignal): Promise<SpanPlace>;
  /** The nearest match beyond a span in tree order, starting over at the end. */
  timelineFind(traceId: string, view: RowsView, find: Find, signal?: AbortSignal): Promise<Found>;
  timelineLanes(traceId: string, look: Look, by: LanesBy, signal?: AbortSignal): Promise<LanesInfo>;
  timelineWindow(traceId: string, look: Look, query: WindowQuery, signal?: AbortSignal): Promise<WindowRects>;
  timelineMinimap(traceId: string, look: Look, width: number, height: number, signal?: AbortSignal): Promise<Minimap>;
  /** What a rectangle of the lanes or of the flame graph stands for. */
  timelineSubject(traceId: string, look: Look, by: LanesBy, subject: number, signal?: AbortSignal): Promise<Subject>;
  /** Events, links and logs of some spans of a view. */
  timelineMarks(
    traceId: string,
    look: Look,
    spanIds: readonly bigint[],
    signal?: AbortSignal,
  ): Promise<readonly TimelineMark[]>;
  timelineStatistics(
    traceId: string,
    look: Look,
    by: StatisticsBy,
    signal?: AbortSignal,
  ): Promise<readonly GroupStatistics[]>;
  timelineRemarks(traceId: string): Promise<readonly TimelineRemark[]>;
  /** What models were told and answered, and which tools they used. */
  traceConversation(traceId: string): Promise<Conversation>;
  /** What is remarkable about the agent run, and who called whom in it. */
  traceAgentRun(traceId: string): Promise<AgentRunReport>;
  /** Turns [from, to) of a session, oldest first, with what was said. */
  sessionTurns(sessionId: string, from: number, to: number): Promise<readonly SessionTurn[]>;
  compareTimelines(a: string, b: string, query: CompareQuery): Promise<ComparisonBlock>;
  /** Frees its memory. */
  closeTimeline(traceId: string): Promise<void>;
}

export interface AgentRunReport {
  /** The most severe first. */
  readonly insights: readonly Insight[];
  readonly graph: AgentGraph;
  /** Spans of the run below which there are none of it, but others: what is folded where only the run matters. */
  readonly foldable: readonly string[];
}

/** What changes how every view of the trace reads. */
export interface Look {
  /** Shift the services whose clocks are seen to be off. */
  readonly adjustClocks: boolean;
  /** See `parseSpanSearch`; empty: all. */
  readonly search: string;
}

export interface TimelineInfo {
  readonly version: number;
  readonly summary: TraceSummary;
  readonly originNs: string;
  /** First start and last end. */
  readonly startNs: number;
  readonly endNs: number;
  readonly spanCount: number;
  readonly errorCount: number;
  /** Spans each, in the order of the palette: service k is painted with entry k. */
  readonly services: readonly { readonly name: string; readonly spans: number }[];
  /** Null: all clocks agree. */
  readonly skew: readonly { readonly service: string; readonly spans: number; readonly shiftNs: number }[] | null;
  readonly critical: readonly { readonly service: string; readonly ns: number }[];
  readonly matches: number;
  /** More has been stored, and is laid out when asked again after this time; null: this is all. */
  readonly staleForMs: number | null;
}

export interface RowsView extends Look {
  readonly sort: RowSort;
  readonly descending: boolean;
  /** Leave out what does not match. */
  readonly onlyMatches: boolean;
  readonly foldDepth: number | null;
  readonly foldServices: readonly string[];
  readonly toggled: readonly bigint[];
}

export interface SpanPlace {
  /** -1: hidden, by a fold or by the search. */
  readonly position: number;
  /** Folded ancestors that hide it. */
  readonly foldedAncestors: readonly bigint[];
  /** What stands for it in lanes and in the flame graph; -1 while that has not been laid out. */
  readonly span: number;
  readonly flameNode: number;
  readonly startNs: number;
  readonly durationNs: number | null;
  readonly selfNs: number;
  readonly parentSpanId: bigint | null;
}

export interface Find {
  readonly what: 'match' | 'error';
  /** The span to go on from; null: from the beginning. */
  readonly after: bigint | null;
  readonly backwards: boolean;
}

export interface Found {
  /** Null: there is none. */
  readonly spanId: bigint | null;
  /** Counted from 1, among `total` in tree order. */
  readonly ordinal: number;
  readonly total: number;
}

export type LanesBy = 'service' | 'instance' | 'thread' | 'flame';

export interface LanesInfo {
  readonly version: number;
  readonly laneCount: number;
  readonly groups: readonly LaneGroup[];
  /** Width of the flame graph in nanoseconds of work, of the lanes in time. */
  readonly startNs: number;
  readonly endNs: number;
}

export interface WindowQuery {
  readonly by: LanesBy;
  readonly fromNs: number;
  readonly toNs: number;
  readonly stepNs: number;
  readonly firstLane: number;
  readonly endLane: number;
}

export interface WindowRects extends LaneRects {
  readonly version: number;
  readonly query: WindowQuery;
  /** Names of the rectangles that are wide enough for one, by index of rectangle. */
  readonly labelled: Uint32Array<ArrayBuffer>;
  readonly labels: readonly string[];
}

/** A span, or a node of the flame graph. */
export interface Subject {
  readonly spanId: bigint;
  readonly operation: RowOperation;
  readonly startNs: number;
  readonly durationNs: number | null;
  readonly selfNs: number;
  readonly failed: boolean;
  /** Of a node: spans merged into it, and how many failed. */
  readonly count: number;
  readonly errors: number;
}

export interface TimelineMark extends Omit<StoredMark, 'timeNs'> {
  /** Null: a link has no time. */
  readonly atNs: number | null;
}

export interface TimelineRemark {
  readonly kind: 'error' | 'note';
  readonly text: string;
  readonly spanId: bigint;
}

export interface CompareQuery {
  readonly from: number;
  readonly to: number;
  /** Leave out subtrees in which nothing was added, removed or changed by this share and more. */
  readonly onlyChanges: boolean;
}

export interface ComparisonBlock {
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  readonly total: number;
  readonly counts: {
    readonly added: number;
    readonly removed: number;
    readonly slower: number;
    readonly faster: number;
  };
  readonly rows: readonly ComparedRow[];
  /** Operations by the change of their total time, the largest first. */
  readonly operations: readonly OperationDelta[];
}

interface ComparedSide {
  readonly summary: TraceSummary;
  readonly startNs: number;
  readonly endNs: number;
}

export interface ComparedRow {
  readonly depth: number;
  readonly name: string;
  readonly service: string;
  readonly change: 'same' | 'added' | 'removed' | 'slower' | 'faster';
  readonly a: ComparedSpan | null;
  readonly b: ComparedSpan | null;
}

export interface ComparedSpan {
  readonly spanId: bigint;
  readonly startNs: number;
  readonly durationNs: number | null;
  readonly failed: boolean;
}

export interface OperationDelta {
  readonly name: string;
  readonly service: string;
  readonly countA: number;
  readonly countB: number;
  readonly totalNsA: number;
  readonly totalNsB: number;
}
