/** Charts and lists that somebody put together, to see at a glance. */
import { z } from 'zod';
import { AGGREGATES, type Aggregate } from '../metrics/aggregates';

export const MOST_PANELS = 30;
/** Of a dashboard, as JSON. */
export const MAX_PANELS_LENGTH = 200_000;

export const PANEL_WIDTHS = ['third', 'half', 'full'] as const;
/** Of the page. */
export type PanelWidth = (typeof PANEL_WIDTHS)[number];

const LOG_PANEL_SHOWS = ['count', 'list'] as const;
type LogPanelShows = (typeof LOG_PANEL_SHOWS)[number];

interface PanelBase {
  /** Of this dashboard alone. */
  readonly id: string;
  /** Empty: what it asks. */
  readonly title: string;
  readonly width: PanelWidth;
}

/** Numbers of spans over time. */
export interface SpansPanel extends PanelBase {
  readonly kind: 'spans';
  /** TraceQL that gives a metric, such as `{ status = error } | rate() by (resource.service.name)`. */
  readonly query: string;
}

export interface MetricPanel extends PanelBase {
  readonly kind: 'metric';
  /** By name, because every workspace numbers its metrics itself. */
  readonly metric: string;
  /** Null: what the metric shows before anything is chosen. */
  readonly aggregate: Aggregate | null;
  readonly groupBy: readonly string[];
  /** `attribute=value attribute!=value`, with quotes around what has spaces. */
  readonly filter: string;
}

export interface LogsPanel extends PanelBase {
  readonly kind: 'logs';
  /** In the language of the Logs screen (docs/logs.md). */
  readonly query: string;
  readonly show: LogPanelShows;
}

export type DashboardPanel = SpansPanel | MetricPanel | LogsPanel;

export interface DashboardEdit {
  readonly name: string;
  /** In their order. */
  readonly panels: readonly DashboardPanel[];
}

export interface Dashboard extends DashboardEdit {
  readonly id: string;
  /** Grows with each change: who changes an older one is told so. */
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

const PANEL_ID = z.string().regex(/^[\w-]{1,40}$/, 'has up to 40 letters, digits, - and _');
const base = {
  title: z.string().trim().max(200).default(''),
  width: z.enum(PANEL_WIDTHS).default('half'),
};
const spans = { ...base, kind: z.literal('spans'), query: z.string().trim().min(1).max(10_000) };
const metric = {
  ...base,
  kind: z.literal('metric'),
  metric: z.string().min(1).max(1_000),
  aggregate: z.enum(AGGREGATES).nullable().default(null),
  groupBy: z.array(z.string().min(1).max(1_000)).max(4).default([]),
  filter: z.string().max(2_000).default(''),
};
const logs = {
  ...base,
  kind: z.literal('logs'),
  query: z.string().max(10_000).default(''),
  show: z.enum(LOG_PANEL_SHOWS).default('count'),
};
const id = { id: PANEL_ID };
const PANEL = z.discriminatedUnion('kind', [
  z.strictObject({ ...spans, ...id }),
  z.strictObject({ ...metric, ...id }),
  z.strictObject({ ...logs, ...id }),
]);

/** What a panel is, wherever it stands: its place in a list is its name. */
export const NAMELESS_PANEL = z.discriminatedUnion('kind', [
  z.strictObject(spans),
  z.strictObject(metric),
  z.strictObject(logs),
]);

export const DASHBOARD_NAME = z.string().trim().min(1).max(200);

export const PANELS = z
  .array(PANEL)
  .max(MOST_PANELS, `has more than ${MOST_PANELS} panels: make another dashboard`)
  .superRefine((panels, context) => {
    const seen = new Set<string>();
    for (const [i, panel] of panels.entries()) {
      if (seen.has(panel.id)) {
        context.addIssue({ code: 'custom', path: [i, 'id'], message: 'is the ID of another panel' });
      }
      seen.add(panel.id);
    }
    if (JSON.stringify(panels).length > MAX_PANELS_LENGTH) {
      context.addIssue({ code: 'custom', message: `is longer than ${MAX_PANELS_LENGTH} characters` });
    }
  });

/** Null: the text is not the JSON of panels. */
export function readPanels(json: string): DashboardPanel[] | null {
  try {
    return PANELS.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}

/** Whether a text is the JSON of panels. */
export function arePanels(json: string): boolean {
  return readPanels(json) !== null;
}
