/** Charts and lists that somebody put together. */
import { z } from 'zod';
import { DASHBOARD_NAME, type DashboardEdit, PANELS } from '../api/dashboard';
import { onePage } from '../api/page';
import { checkPanels } from '../dashboards/check-panels';
import type { WrittenTexts } from '../redaction/written-texts';
import { read, write } from '../store/workspace/store-call';
import { collection } from './collection';
import { ID, parse, VERSION, whole } from './input';
import { operation } from './operation';

const DASHBOARD = z.object({ name: DASHBOARD_NAME, panels: PANELS.superRefine(checkPanels) });
const CLEANED = z.object({ name: DASHBOARD_NAME, panels: PANELS });

/** What stands for a secret may be longer than the secret was. @throws SpoorError VALIDATION_ERROR */
function cleaned(texts: WrittenTexts, edit: DashboardEdit): DashboardEdit {
  return parse(CLEANED, texts.clean(edit));
}

const { list, create, update, remove } = collection('/v1/dashboards', 'dashboards', 'notes:write');

export const dashboards = {
  listDashboards: operation({
    ...list,
    input: [],
    rest: { ...list.rest, shown: onePage },
    run: read(({ dashboards }) => dashboards.list()),
  }),
  createDashboard: operation({
    ...create,
    input: [whole(DASHBOARD)],
    run: write(({ dashboards, texts }, edit: DashboardEdit) => dashboards.create(cleaned(texts, edit))),
  }),
  /** @throws NOT_FOUND, CONFLICT */
  updateDashboard: operation({
    ...update,
    input: [ID, VERSION, whole(DASHBOARD)],
    run: write(({ dashboards, texts }, id: string, version: number, edit: DashboardEdit) =>
      dashboards.update(id, version, cleaned(texts, edit)),
    ),
  }),
  /** @throws NOT_FOUND */
  deleteDashboard: operation({
    ...remove,
    input: [ID],
    run: write(({ dashboards }, id: string) => dashboards.remove(id)),
  }),
};
