/** The panels of a dashboard, changed. */
import type { DashboardPanel } from '../../../core/api/dashboard';
import { freeId, type NewPanel, named } from '../../../core/dashboards/dashboard-file';

/** @param edited null: the panel is a new one. One that was removed meanwhile is there again, at the end. */
export function withPanel(
  panels: readonly DashboardPanel[],
  edited: Pick<DashboardPanel, 'id'> | null,
  panel: NewPanel,
): DashboardPanel[] {
  if (!edited || !panels.some(({ id }) => id === edited.id)) return [...panels, named(panel, freeId(panels))];
  return panels.map((one) => (one.id === edited.id ? named(panel, one.id) : one));
}

export function duplicated(panels: readonly DashboardPanel[], i: number): DashboardPanel[] {
  const panel = panels[i];
  return panel ? panels.toSpliced(i + 1, 0, { ...panel, id: freeId(panels) }) : [...panels];
}

export function moved(panels: readonly DashboardPanel[], from: number, to: number): DashboardPanel[] {
  const panel = panels[from];
  return panel ? panels.toSpliced(from, 1).toSpliced(to, 0, panel) : [...panels];
}
