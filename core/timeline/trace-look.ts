/** One reading of a trace, with its clocks as sent or adjusted, and what its views need of it, each computed when first asked for. */
import { STATUS_ERROR } from '../model/span-kind';
import { type CriticalPath, criticalPath } from './critical-path';
import { buildFlame, type Flame } from './flame';
import { type LaneGrouping, laneGroups, type Threads } from './lane-groups';
import { type LaneGroup, type LaneSet, packLanes } from './lanes';
import { matchingRows } from './match-spans';
import { type Folding, foldedRows, type RowSort, shownRows, sortedRows } from './rows-view';
import { boundsOf, type TraceColumns } from './trace-columns';
import { extentOf, type TraceTree } from './trace-tree';

export interface ViewRows {
  readonly rows: Uint32Array;
  readonly folded: Uint8Array;
  /** Null: everything matches. */
  readonly hits: Uint8Array | null;
  readonly inTreeOrder: boolean;
}

export interface ViewOf extends Folding {
  readonly sort: RowSort;
  readonly descending: boolean;
  readonly search: string;
  readonly onlyMatches: boolean;
}

export interface PackedLanes {
  readonly lanes: LaneSet;
  readonly groups: readonly LaneGroup[];
}

export class TraceLook {
  readonly extent: readonly [startNs: number, endNs: number];
  /** Thread of each span, where they were asked for. */
  threads: Threads | null = null;
  private readonly derived = new Map<string, unknown>();

  constructor(
    readonly columns: TraceColumns,
    readonly tree: TraceTree,
    /** Service of each operation, as an entry of the palette. */
    readonly colors: Uint16Array,
    readonly services: readonly string[],
  ) {
    this.extent = extentOf(columns);
  }

  get path(): CriticalPath {
    return this.once('path', 'path', () => criticalPath(this.columns, this.tree));
  }

  get flame(): Flame {
    return this.once('flame', 'flame', () =>
      buildFlame(this.columns, this.tree, (operation) => this.colors[operation] as number),
    );
  }

  /** -1 while the flame graph has not been asked for. */
  flameNodeOf(row: number): number {
    return this.derived.has('flame') ? (this.flame.nodeOfRow[row] as number) : -1;
  }

  /** What the store found for a search in TraceQL, which needs more of the spans than is here. @param spans by number */
  setFound(search: string, spans: Iterable<number>): void {
    const hits = new Uint8Array(this.tree.length);
    for (const span of spans) if (span >= 0) hits[this.tree.rowOf[span] as number] = 1;
    this.derived.set('hits', { key: search, value: hits });
  }

  hasFound(search: string): boolean {
    return (this.derived.get('hits') as { readonly key: string } | undefined)?.key === search;
  }

  /** 1 for each row found; null for an empty search. Only the last search is kept. @throws SpoorError VALIDATION_ERROR */
  hits(search: string): Uint8Array | null {
    return this.once('hits', search, () => matchingRows(this.columns, this.tree, search));
  }

  /** Only the last view is kept. @throws SpoorError VALIDATION_ERROR */
  view(view: ViewOf): ViewRows {
    const { columns, tree } = this;
    const inTreeOrder = view.sort === 'tree';
    const key = JSON.stringify({ ...view, toggled: [...view.toggled].map(String) });
    return this.once(inTreeOrder ? 'tree view' : 'table view', key, () => {
      const hits = this.hits(view.search);
      const only = view.onlyMatches ? hits : null;
      if (view.sort === 'tree') {
        const folded = foldedRows(columns, tree, view);
        return { rows: shownRows(tree, folded, only), folded, hits, inTreeOrder };
      }
      const rows = sortedRows(columns, tree, view.sort, view.descending, only);
      return { rows, folded: new Uint8Array(0), hits, inTreeOrder };
    });
  }

  /** Lanes by service, by the instances of each, or by its threads. */
  lanes(by: LaneGrouping): PackedLanes {
    return this.once('lanes', by, () => {
      const { columns, tree, colors } = this;
      const serviceOf = (span: number): number => colors[columns.operation[span] as number] as number;
      const { groups, groupOf } = laneGroups(by, columns, this.services, serviceOf, this.threads);
      return packLanes(
        tree.order,
        { start: (span) => columns.startNs[span] as number, end: (span) => boundsOf(columns, span)[1] },
        groupOf,
        groups,
        { color: serviceOf, failed: (span) => columns.status[span] === STATUS_ERROR },
      );
    });
  }

  /** Items of the lanes that a search finds, counted from the left; null without a search. */
  hitsBefore(by: LaneGrouping | 'flame', search: string): Uint32Array | null {
    const hits = this.hits(search);
    if (hits === null) return null;
    return this.once('hits before', `${by} ${search}`, () => {
      const { tree } = this;
      const set = by === 'flame' ? this.flame.lanes : this.lanes(by).lanes;
      const ofSubject = new Uint8Array(by === 'flame' ? this.flame.length : tree.length);
      for (let row = 0; row < tree.length; row++) {
        if (hits[row] === 1)
          ofSubject[by === 'flame' ? (this.flame.nodeOfRow[row] as number) : (tree.span[row] as number)] = 1;
      }
      const before = new Uint32Array(set.length + 1);
      for (let i = 0; i < set.length; i++) {
        before[i + 1] = (before[i] as number) + (ofSubject[set.subject[i] as number] as number);
      }
      return before;
    });
  }

  /** The value for this key; of each kind only the last is kept. */
  private once<T>(kind: string, key: string, make: () => T): T {
    const held = this.derived.get(kind) as { readonly key: string; readonly value: T } | undefined;
    if (held?.key === key) return held.value;
    // Gone before the next is made: two of a million spans need not be in memory.
    this.derived.delete(kind);
    const value = make();
    this.derived.set(kind, { key, value });
    return value;
  }
}
