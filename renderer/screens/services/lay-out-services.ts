/** Places services in layers, callers on the left. Above so many, only those around one that is chosen are drawn. */
import { type EdgeLabel, Graph, type GraphLabel, layout, type NodeLabel } from '@dagrejs/dagre';
import type { ServiceEdgeSummary } from '../../../core/api/service-metrics';

/** All nodes are as wide as the longest name needs, within bounds. */
const [LEAST_WIDTH_PX, MOST_WIDTH_PX] = [150, 240];
/** Of the swatch, the button and the room between. */
const BESIDE_NAME_PX = 66;
const LETTER_PX = 7.4;
export const NODE_HEIGHT_PX = 44;
const LABEL_WIDTH_PX = 110;

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface DrawnCall {
  readonly edge: ServiceEdgeSummary;
  /** Of an SVG path. */
  readonly path: string;
  readonly label: Point;
}

export interface DrawnMap {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly nodeWidthPx: number;
  readonly nodes: readonly { readonly service: string; readonly leftPx: number; readonly topPx: number }[];
  readonly calls: readonly DrawnCall[];
}

export function layOutServices(services: readonly string[], edges: readonly ServiceEdgeSummary[]): DrawnMap {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>();
  graph.setGraph({ rankdir: 'LR', nodesep: 26, ranksep: 44, marginx: 8, marginy: 8 });
  const longest = Math.max(0, ...services.map(({ length }) => length));
  const nodeWidthPx = Math.min(MOST_WIDTH_PX, Math.max(LEAST_WIDTH_PX, longest * LETTER_PX + BESIDE_NAME_PX));
  for (const service of services) graph.setNode(service, { width: nodeWidthPx, height: NODE_HEIGHT_PX });
  for (const { caller, callee } of edges) {
    graph.setEdge(caller, callee, { width: LABEL_WIDTH_PX, height: 16, labelpos: 'c' });
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    widthPx: width,
    heightPx: height,
    nodeWidthPx,
    nodes: services.map((service) => {
      const { x = 0, y = 0 } = graph.node(service);
      return { service, leftPx: x - nodeWidthPx / 2, topPx: y - NODE_HEIGHT_PX / 2 };
    }),
    calls: edges.map((edge) => {
      const { points = [], x = 0, y = 0 } = graph.edge(edge.caller, edge.callee);
      return { edge, path: `M${points.map((point) => `${point.x} ${point.y}`).join('L')}`, label: { x, y } };
    }),
  };
}

/** Those that call one and those that it calls, and what is called among them. */
export function around(
  service: string,
  edges: readonly ServiceEdgeSummary[],
): { readonly services: readonly string[]; readonly edges: readonly ServiceEdgeSummary[] } {
  const near = new Set([service]);
  for (const { caller, callee } of edges) {
    if (caller === service) near.add(callee);
    if (callee === service) near.add(caller);
  }
  return {
    services: [...near],
    edges: edges.filter(({ caller, callee }) => near.has(caller) && near.has(callee)),
  };
}

/** The services of the most frequent calls, as many as can be read. */
export function busiest(services: number, edges: readonly ServiceEdgeSummary[]): readonly string[] {
  const named = new Set<string>();
  for (const { caller, callee } of edges) {
    const added = [caller, callee].filter((service) => !named.has(service));
    if (named.size + added.length > services) continue;
    for (const service of added) named.add(service);
  }
  return [...named];
}
