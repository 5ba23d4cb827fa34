/** Places the agent graph in layers, from left to right. */
import { Graph, layout } from '@dagrejs/dagre';
import type { AgentGraph, GraphEdge, GraphNode } from '../../../../core/agent-run/agent-graph';

export const NODE_WIDTH_PX = 250;
export const NODE_HEIGHT_PX = 52;
const LABEL_WIDTH_PX = 64;

export interface DrawnEdge {
  readonly edge: GraphEdge;
  /** Of an SVG path. */
  readonly path: string;
  readonly labelXPx: number;
  readonly labelYPx: number;
}

export interface DrawnGraph {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly nodes: readonly { readonly node: GraphNode; readonly leftPx: number; readonly topPx: number }[];
  readonly edges: readonly DrawnEdge[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export function layOutGraph({ nodes, edges }: AgentGraph): DrawnGraph {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 22, ranksep: 46, marginx: 4, marginy: 4 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) graph.setNode(id, { width: NODE_WIDTH_PX, height: NODE_HEIGHT_PX });
  for (const { from, to, kind } of edges) {
    graph.setEdge(from, to, { width: LABEL_WIDTH_PX, height: 14, labelpos: 'c' }, kind);
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    widthPx: width,
    heightPx: height,
    nodes: nodes.map((node) => {
      const { x, y } = graph.node(node.id) as Point;
      return { node, leftPx: x - NODE_WIDTH_PX / 2, topPx: y - NODE_HEIGHT_PX / 2 };
    }),
    edges: edges.map((edge) => {
      const drawn = graph.edge(edge.from, edge.to, edge.kind) as Point & { points: readonly Point[] };
      const [from, to] = [graph.node(edge.from) as Point, graph.node(edge.to) as Point];
      // From side to side; dagre ends its lines wherever they meet the boxes.
      const out = to.x > from.x ? NODE_WIDTH_PX / 2 : -NODE_WIDTH_PX / 2;
      const points = [{ x: from.x + out, y: from.y }, ...drawn.points.slice(1, -1), { x: to.x - out, y: to.y }];
      return { edge, path: curveThrough(points), labelXPx: drawn.x, labelYPx: drawn.y };
    }),
  };
}

/** Level at each point. */
function curveThrough(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M ${first.x} ${first.y}`;
  let before = first;
  for (const point of rest) {
    const middle = (before.x + point.x) / 2;
    path += ` C ${middle} ${before.y} ${middle} ${point.y} ${point.x} ${point.y}`;
    before = point;
  }
  return path;
}
