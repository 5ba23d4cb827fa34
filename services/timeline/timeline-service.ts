/** Lays traces out and answers what their screens ask: all of it in memory, away from the database and from the page. */

import type { Conversation } from '../../core/agent-run/conversation';
import type { SessionTurn } from '../../core/api/session';
import type {
  AgentRunReport,
  CompareQuery,
  ComparisonBlock,
  Find,
  Found,
  LanesBy,
  LanesInfo,
  Look,
  RowsView,
  SpanPlace,
  Subject,
  TimelineInfo,
  TimelineMark,
  TimelineRemark,
  WindowQuery,
  WindowRects,
} from '../../core/api/timeline';
import type { TimelineService } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import { STATUS_ERROR } from '../../core/model/span-kind';
import { knownDuration } from '../../core/model/time';
import type { StoreService } from '../../core/operations/store-service';
import type { LaneGrouping } from '../../core/timeline/lane-groups';
import { lanesInWindow } from '../../core/timeline/lane-window';
import { type Minimap, paintMinimap } from '../../core/timeline/minimap';
import { remarksOf } from '../../core/timeline/remarks';
import { rowBlock, rowOperation } from '../../core/timeline/row-block';
import type { RowBlock } from '../../core/timeline/rows';
import { positionOf } from '../../core/timeline/rows-view';
import { criticalShares, type GroupStatistics, type StatisticsBy, statisticsOf } from '../../core/timeline/statistics';
import type { TraceLook, ViewRows } from '../../core/timeline/trace-look';
import { AgentRuns } from './agent-runs';
import { comparisonBlock, type PreparedComparison, prepareComparison } from './compare';
import { labelsOf } from './labels';
import { type OpenTrace, OpenTraces } from './open-traces';
import {
  COMPARE,
  checked,
  FIND,
  LANES_BY,
  LOOK,
  MINIMAP,
  ROW_RANGE,
  ROWS_VIEW,
  SPAN_ID,
  SPAN_IDS,
  STATISTICS_BY,
  TURN_RANGE,
  WINDOW,
} from './queries';
import { SessionTurns } from './session-turns';
import { SpanFinder } from './span-finder';

/** OpenTelemetry semantic conventions, general attributes. */
const THREAD_ATTRIBUTE = 'thread.id';

export class Timeline implements TimelineService {
  private readonly traces: OpenTraces;
  private readonly runs: AgentRuns;
  private readonly turns: SessionTurns;
  private readonly finder: SpanFinder;
  private compared: PreparedComparison | null = null;

  constructor(
    private readonly store: Pick<
      StoreService,
      | 'traceSpans'
      | 'operations'
      | 'traceSummary'
      | 'spanMarks'
      | 'agentSpans'
      | 'spanMessages'
      | 'spanAttribute'
      | 'matchingSpans'
      | 'sessionTraces'
      | 'turnMessages'
      | 'listLogs'
    >,
  ) {
    this.traces = new OpenTraces(store);
    this.runs = new AgentRuns(store);
    this.turns = new SessionTurns(store);
    this.finder = new SpanFinder(store);
  }

  async openTimeline(traceId: string, look: Look, signal?: AbortSignal): Promise<TimelineInfo> {
    const { adjustClocks, search } = checked(LOOK, look);
    const { model, summary, version, staleForMs } = await this.traces.fresh(String(traceId));
    const shown = model.look(adjustClocks);
    await this.finder.find(String(traceId), model.ids, shown, search, signal);
    const { columns, tree, services, colors } = shown;
    const spans = new Float64Array(services.length);
    let errors = 0;
    for (let i = 0; i < columns.length; i++) {
      const service = colors[columns.operation[i] as number] as number;
      spans[service] = (spans[service] as number) + 1;
      if (columns.status[i] === STATUS_ERROR) errors++;
    }
    const hits = shown.hits(search);
    return {
      version,
      summary,
      originNs: columns.originNs,
      startNs: shown.extent[0],
      endNs: shown.extent[1],
      spanCount: columns.length,
      errorCount: errors,
      services: services.map((name, k) => ({ name, spans: spans[k] as number })),
      skew: model.skew?.services ?? null,
      critical: criticalShares(columns, tree, shown.path),
      matches: hits === null ? columns.length : hits.reduce((sum, hit) => sum + hit, 0),
      staleForMs,
    };
  }

  async timelineRows(
    traceId: string,
    view: RowsView,
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<RowBlock> {
    const range = checked(ROW_RANGE, { from, to });
    const { shown, rows, trace } = await this.view(traceId, view, signal);
    const shiftOf = (span: number): number => (view.adjustClocks ? trace.model.shiftOf(span) : 0);
    return rowBlock(shown, rows, range, trace.version, shiftOf);
  }

  async timelineLocate(traceId: string, view: RowsView, spanId: bigint, signal?: AbortSignal): Promise<SpanPlace> {
    const { shown, rows, trace } = await this.view(traceId, view, signal);
    const { columns, tree } = shown;
    const span = trace.model.ids.find(checked(SPAN_ID, spanId));
    if (span < 0) throw new SpoorError('NOT_FOUND', 'This span is not part of the trace.');
    const row = tree.rowOf[span] as number;
    const foldedAncestors: bigint[] = [];
    for (let at = tree.parentRow[row] as number; at >= 0; at = tree.parentRow[at] as number) {
      if (rows.folded[at] === 1) foldedAncestors.push(columns.spanId[tree.span[at] as number] as bigint);
    }
    const parent = tree.parentRow[row] as number;
    return {
      position: positionOf(rows.rows, row, rows.inTreeOrder),
      foldedAncestors,
      span,
      flameNode: shown.flameNodeOf(row),
      startNs: columns.startNs[span] as number,
      durationNs: knownDuration(columns.durationNs[span] as number),
      selfNs: tree.selfNs[row] as number,
      parentSpanId: parent < 0 ? null : (columns.spanId[tree.span[parent] as number] as bigint),
    };
  }

  async timelineFind(traceId: string, view: RowsView, find: Find, signal?: AbortSignal): Promise<Found> {
    const { what, after: from, backwards } = checked(FIND, find);
    const { shown, rows, trace } = await this.view(traceId, view, signal);
    const { columns, tree } = shown;
    const { hits } = rows;
    const isHit = (row: number): boolean =>
      what === 'match' ? hits !== null && hits[row] === 1 : columns.status[tree.span[row] as number] === STATUS_ERROR;
    // Folded or not: a match that hides is unfolded.
    const span = from === null ? -1 : trace.model.ids.find(from);
    const at = span < 0 ? -1 : (tree.rowOf[span] as number);
    let total = 0;
    let first = -1;
    let last = -1;
    let before = -1;
    let after = -1;
    let ordinalOfBefore = 0;
    let ordinalOfAfter = 0;
    for (let row = 0; row < tree.length; row++) {
      if (!isHit(row)) continue;
      total++;
      if (first < 0) first = row;
      last = row;
      if (row < at) {
        before = row;
        ordinalOfBefore = total;
      } else if (row > at && after < 0) {
        after = row;
        ordinalOfAfter = total;
      }
    }
    const found = backwards ? (before >= 0 ? before : last) : after >= 0 ? after : first;
    const ordinal = backwards
      ? before >= 0
        ? ordinalOfBefore
        : total
      : after >= 0
        ? ordinalOfAfter
        : Math.min(total, 1);
    return { spanId: found < 0 ? null : (columns.spanId[tree.span[found] as number] as bigint), ordinal, total };
  }

  async timelineLanes(traceId: string, look: Look, by: LanesBy, signal?: AbortSignal): Promise<LanesInfo> {
    const { shown, trace } = await this.look(traceId, look, signal);
    const { version } = trace;
    if (checked(LANES_BY, by) === 'flame') {
      const { lanes, widthNs } = shown.flame;
      return { version, laneCount: lanes.laneCount, groups: [], startNs: 0, endNs: widthNs };
    }
    if (by === 'thread') await this.loadThreads(traceId, trace, shown);
    const { lanes, groups } = shown.lanes(by as LaneGrouping);
    return { version, laneCount: lanes.laneCount, groups, startNs: shown.extent[0], endNs: shown.extent[1] };
  }

  async timelineWindow(traceId: string, look: Look, query: WindowQuery, signal?: AbortSignal): Promise<WindowRects> {
    const window = checked(WINDOW, query);
    const { shown, trace } = await this.look(traceId, look, signal);
    const { by } = window;
    if (by === 'thread') await this.loadThreads(traceId, trace, shown);
    const set = by === 'flame' ? shown.flame.lanes : shown.lanes(by).lanes;
    const rects = lanesInWindow(set, window, shown.hitsBefore(by, look.search));
    return { ...rects, ...labelsOf(shown, by, rects), version: trace.version, query: window };
  }

  async timelineMinimap(
    traceId: string,
    look: Look,
    width: number,
    height: number,
    signal?: AbortSignal,
  ): Promise<Minimap> {
    const size = checked(MINIMAP, { width, height });
    const { shown } = await this.look(traceId, look, signal);
    const { columns, tree, extent, colors } = shown;
    return paintMinimap(columns, tree, extent, size, (operation) => colors[operation] as number);
  }

  async timelineSubject(
    traceId: string,
    look: Look,
    by: LanesBy,
    subject: number,
    signal?: AbortSignal,
  ): Promise<Subject> {
    const { shown } = await this.look(traceId, look, signal);
    const { columns, tree } = shown;
    const flame = checked(LANES_BY, by) === 'flame' ? shown.flame : null;
    const length = flame ? flame.length : columns.length;
    if (!Number.isInteger(subject) || subject < 0 || subject >= length) {
      throw new SpoorError('NOT_FOUND', 'There is nothing of that number in this trace.');
    }
    const span = flame ? (tree.span[flame.firstRow[subject] as number] as number) : subject;
    const failed = columns.status[span] === STATUS_ERROR;
    return {
      spanId: columns.spanId[span] as bigint,
      operation: rowOperation(shown, columns.operation[span] as number),
      startNs: columns.startNs[span] as number,
      durationNs: knownDuration((flame ? flame.totalNs[subject] : columns.durationNs[span]) as number),
      selfNs: (flame ? flame.selfNs[subject] : tree.selfNs[tree.rowOf[span] as number]) as number,
      failed: flame ? (flame.errors[subject] as number) > 0 : failed,
      count: flame ? (flame.count[subject] as number) : 1,
      errors: flame ? (flame.errors[subject] as number) : failed ? 1 : 0,
    };
  }

  async timelineMarks(
    traceId: string,
    look: Look,
    spanIds: readonly bigint[],
    signal?: AbortSignal,
  ): Promise<readonly TimelineMark[]> {
    const { trace } = await this.look(traceId, look, signal);
    const { model } = trace;
    const originNs = BigInt(model.columns.originNs);
    const marks = await this.store.spanMarks(String(traceId), checked(SPAN_IDS, spanIds));
    return marks.map(({ timeNs, ...mark }) => {
      const span = look.adjustClocks ? model.ids.find(mark.spanId) : -1;
      // A mark is told by the clock of its span.
      const shiftNs = span < 0 ? 0 : model.shiftOf(span);
      return { ...mark, atNs: timeNs === null ? null : Number(timeNs - originNs) + shiftNs };
    });
  }

  async timelineStatistics(
    traceId: string,
    look: Look,
    by: StatisticsBy,
    signal?: AbortSignal,
  ): Promise<readonly GroupStatistics[]> {
    const { shown } = await this.look(traceId, look, signal);
    return statisticsOf(shown.columns, shown.tree, shown.path, checked(STATISTICS_BY, by), shown.hits(look.search));
  }

  async timelineRemarks(traceId: string): Promise<readonly TimelineRemark[]> {
    const { model } = await this.traces.get(String(traceId));
    const { columns, tree } = model.asSent;
    return remarksOf(columns, tree).map(({ kind, text, row }) => ({
      kind,
      text,
      spanId: columns.spanId[tree.span[row] as number] as bigint,
    }));
  }

  async traceConversation(traceId: string): Promise<Conversation> {
    const id = String(traceId);
    return (await this.runs.run(id, await this.traces.current(id))).conversation;
  }

  async traceAgentRun(traceId: string): Promise<AgentRunReport> {
    const id = String(traceId);
    const { graph, insights, foldable } = await this.runs.run(id, await this.traces.current(id));
    return { insights, graph, foldable };
  }

  async sessionTurns(sessionId: string, from: number, to: number): Promise<readonly SessionTurn[]> {
    const range = checked(TURN_RANGE, { from, to });
    return this.turns.turns(String(sessionId), range.from, range.to);
  }

  async compareTimelines(a: string, b: string, query: CompareQuery): Promise<ComparisonBlock> {
    const page = checked(COMPARE, query);
    // Pages of one comparison come one after the other: it is made once, of what was there at the first.
    const trace = (id: string): Promise<OpenTrace> =>
      page.from === 0 ? this.traces.current(String(id)) : this.traces.get(String(id));
    const [traceA, traceB] = [await trace(a), await trace(b)];
    if (this.compared?.a.model !== traceA.model || this.compared.b.model !== traceB.model) {
      this.compared = prepareComparison(traceA, traceB);
    }
    return comparisonBlock(this.compared, page);
  }

  async closeTimeline(traceId: string): Promise<void> {
    this.traces.close(String(traceId));
    this.compared = null;
  }

  /** What spans say of the thread they ran on, once a trace: most are never asked. */
  private async loadThreads(traceId: string, { model }: OpenTrace, shown: TraceLook): Promise<void> {
    if (shown.threads) return;
    const { spanId, value, values } = await this.store.spanAttribute(String(traceId), THREAD_ATTRIBUTE);
    const ofSpan = new Uint32Array(shown.columns.length);
    for (let i = 0; i < spanId.length; i++) {
      const span = model.ids.find(spanId[i] as bigint);
      if (span >= 0) ofSpan[span] = (value[i] as number) + 1;
    }
    shown.threads = { ofSpan, names: ['', ...values] };
  }

  private async look(
    traceId: string,
    look: Look,
    signal: AbortSignal | undefined,
  ): Promise<{ shown: TraceLook; trace: OpenTrace }> {
    const { adjustClocks, search } = checked(LOOK, look);
    const trace = await this.traces.get(String(traceId));
    const shown = trace.model.look(adjustClocks);
    await this.finder.find(String(traceId), trace.model.ids, shown, search, signal);
    return { shown, trace };
  }

  private async view(
    traceId: string,
    view: RowsView,
    signal: AbortSignal | undefined,
  ): Promise<{ shown: TraceLook; trace: OpenTrace; rows: ViewRows }> {
    const { adjustClocks, foldDepth, foldServices, toggled, ...rest } = checked(ROWS_VIEW, view);
    const trace = await this.traces.get(String(traceId));
    const shown = trace.model.look(adjustClocks);
    await this.finder.find(String(traceId), trace.model.ids, shown, rest.search, signal);
    const folding = { depth: foldDepth, services: foldServices, toggled: new Set(toggled) };
    return { shown, trace, rows: shown.view({ ...rest, ...folding }) };
  }
}
