/** Who called whom: agents, the tools and models that they used, and to whom they handed over. */
import clsx from 'clsx';
import { Bot, type LucideIcon, Sparkles, Wrench } from 'lucide-react';
import { useMemo } from 'react';
import type { GraphEdge, GraphNode } from '../../../../core/agent-run/agent-graph';
import { formatCount, formatDuration, formatTokens, plural } from '../../../../core/model/format';
import { useTraceView } from '../../../stores/trace-view-store';
import { costText } from '../../../ui/cost-text';
import type { OpenTimeline } from '../use-timeline';
import { type DrawnEdge, layOutGraph, NODE_HEIGHT_PX, NODE_WIDTH_PX } from './lay-out-graph';
import { useAgentRun } from './use-agent-run';

const ICONS: Readonly<Record<GraphNode['kind'], LucideIcon>> = { agent: Bot, tool: Wrench, model: Sparkles };

export function AgentGraph({ timeline }: { readonly timeline: OpenTimeline }) {
  const run = useAgentRun(timeline);
  const selected = useTraceView(({ selected }) => selected);
  const select = useTraceView(({ select }) => select);
  const graph = run?.graph;
  const drawn = useMemo(() => graph && layOutGraph(graph), [graph]);
  if (!graph || !drawn) {
    return (
      <p role="status" className="grow p-4 text-secondary">
        Reading the calls …
      </p>
    );
  }
  if (graph.nodes.length === 0) {
    return <p className="grow p-4 text-secondary">This trace has no agent, tool or model spans.</p>;
  }
  return (
    <div className="min-h-0 min-w-0 grow overflow-auto bg-panel p-6">
      <section aria-label="Agent graph" className="relative" style={{ width: drawn.widthPx, height: drawn.heightPx }}>
        <svg width={drawn.widthPx} height={drawn.heightPx} className="absolute inset-0" aria-hidden="true">
          <defs>
            {(['faint', 'error'] as const).map((tone) => (
              <marker
                key={tone}
                id={`arrow-${tone}`}
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto"
              >
                <path d="M0 0.5 L7.5 4 L0 7.5 z" fill={`var(--${tone})`} />
              </marker>
            ))}
          </defs>
          {drawn.edges.map((edge) => (
            <EdgeLine key={`${edge.edge.from} ${edge.edge.to} ${edge.edge.kind}`} drawn={edge} />
          ))}
        </svg>
        {drawn.nodes.map(({ node, leftPx, topPx }) => (
          <NodeBox
            key={node.id}
            node={node}
            leftPx={leftPx}
            topPx={topPx}
            selected={selected === BigInt(`0x${node.spanId}`)}
            into={graph.edges.filter(({ to }) => to === node.id)}
            onOpen={() => select(BigInt(`0x${node.spanId}`))}
          />
        ))}
      </section>
    </div>
  );
}

function EdgeLine({ drawn: { edge, path, labelXPx, labelYPx } }: { readonly drawn: DrawnEdge }) {
  const text = edge.kind === 'handoff' ? 'hands over' : edge.calls > 1 ? `${formatCount(edge.calls)}×` : '';
  const tone = edge.errors > 0 ? 'error' : 'faint';
  return (
    <g className={tone === 'error' ? 'text-error' : 'text-faint'}>
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        strokeWidth={1.25}
        strokeDasharray={edge.kind === 'handoff' ? '4 3' : undefined}
        markerEnd={`url(#arrow-${tone})`}
      />
      {text && (
        <text
          x={labelXPx}
          y={labelYPx}
          textAnchor="middle"
          dominantBaseline="middle"
          className="fill-current font-mono text-xs"
          stroke="var(--panel)"
          strokeWidth={4}
          paintOrder="stroke"
        >
          {text}
        </text>
      )}
    </g>
  );
}

interface NodeBoxProps {
  readonly node: GraphNode;
  readonly leftPx: number;
  readonly topPx: number;
  readonly selected: boolean;
  readonly into: readonly GraphEdge[];
  readonly onOpen: () => void;
}

function NodeBox({ node, leftPx, topPx, selected, into, onOpen }: NodeBoxProps) {
  const { kind, name, calls, errors, totalNs, inputTokens, outputTokens, costUsd, costComplete } = node;
  const Icon = ICONS[kind];
  const hasTokens = inputTokens + outputTokens > 0;
  const from = into.map((edge) => `${edge.kind === 'handoff' ? 'handed over' : 'called'} by ${edge.from}`).join(', ');
  return (
    <button
      type="button"
      title={`${name}${from ? `\n${from}` : ''}${errors > 0 ? '\nShows the first call that failed' : ''}`}
      aria-label={`${kind} ${name}, ${plural(calls, 'call')}${errors > 0 ? `, ${errors} failed` : ''}${from ? `, ${from}` : ''}`}
      className={clsx(
        'absolute flex flex-col justify-center gap-0.5 rounded-md border bg-background px-3 text-left hover:border-accent',
        selected ? 'border-accent' : errors > 0 ? 'border-error' : 'border-line-strong',
      )}
      style={{ left: leftPx, top: topPx, width: NODE_WIDTH_PX, height: NODE_HEIGHT_PX }}
      onClick={onOpen}
    >
      <span className="flex min-w-0 items-center gap-2">
        <Icon size={14} className="shrink-0 text-secondary" aria-hidden />
        <span className="min-w-0 grow truncate font-semibold" dir="auto">
          {name}
        </span>
        {errors > 0 && <span className="shrink-0 text-sm font-medium text-error">{formatCount(errors)} failed</span>}
      </span>
      <span className="flex min-w-0 gap-2.5 font-mono text-xs text-secondary">
        <span>{formatCount(calls)}×</span>
        <span>{formatDuration(totalNs)}</span>
        {hasTokens && <span className="truncate">{formatTokens(inputTokens, outputTokens)}</span>}
        {hasTokens && <span className="shrink-0">{costText(costUsd, costComplete)}</span>}
      </span>
    </button>
  );
}
