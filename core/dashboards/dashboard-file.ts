/** A dashboard as a file: to keep, to give to somebody, to write by hand. */
import { z } from 'zod';
import {
  DASHBOARD_NAME,
  type Dashboard,
  type DashboardEdit,
  type DashboardPanel,
  MAX_PANELS_LENGTH,
  MOST_PANELS,
  NAMELESS_PANEL,
} from '../api/dashboard';
import { SpoorError } from '../model/errors';
import { checkPanels } from './check-panels';

const FORMAT = 'spoor-dashboard';
const VERSION = 1;
/** Written by hand there is space between its values. */
export const MAX_FILE_CHARS = 2 * MAX_PANELS_LENGTH;

const FILE = z.strictObject({
  format: z.literal(FORMAT, `is not "${FORMAT}": this is no dashboard of Spoor`),
  version: z.literal(VERSION, `is not ${VERSION}: it was written by a newer Spoor`),
  name: DASHBOARD_NAME,
  panels: z.array(NAMELESS_PANEL).max(MOST_PANELS, `has more than ${MOST_PANELS} panels`).superRefine(checkPanels),
});

/** A panel that belongs to no dashboard yet. */
export type NewPanel = z.infer<typeof NAMELESS_PANEL>;

export function dashboardFile({ name, panels }: Pick<Dashboard, 'name' | 'panels'>): string {
  const file = { format: FORMAT, version: VERSION, name, panels: panels.map(({ id: _, ...panel }) => panel) };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** @throws SpoorError VALIDATION_ERROR that says what is wrong, and where */
export function readDashboardFile(text: string): DashboardEdit {
  if (text.length > MAX_FILE_CHARS) {
    throw new SpoorError('VALIDATION_ERROR', `This file has more than ${MAX_FILE_CHARS} characters.`);
  }
  const result = FILE.safeParse(parsed(text));
  if (!result.success) {
    const [issue] = result.error.issues;
    const place = issue?.path.join('.') || 'The file';
    throw new SpoorError('VALIDATION_ERROR', `${place}: ${issue?.message ?? 'is not valid'}.`);
  }
  const { name, panels } = result.data;
  return { name, panels: panels.map((panel, i) => named(panel, String(i + 1))) };
}

/** @param id of no other panel there */
export function named(panel: NewPanel, id: string): DashboardPanel {
  return { ...panel, id };
}

/** The first number that is no panel's ID. */
export function freeId(panels: readonly Pick<DashboardPanel, 'id'>[]): string {
  const taken = new Set(panels.map(({ id }) => id));
  for (let n = panels.length + 1; ; n++) if (!taken.has(String(n))) return String(n);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SpoorError('VALIDATION_ERROR', `This is no JSON: ${error instanceof Error ? error.message : error}.`);
  }
}
