/** Searches with a name. */
import { z } from 'zod';
import { onePage } from '../api/page';
import type { SavedViewEdit } from '../api/saved-view';
import { TRACE_SORTS } from '../api/trace-list-query';
import { read, write } from '../store/workspace/store-call';
import { collection } from './collection';
import { ID, VERSION, whole } from './input';
import { operation } from './operation';

const moment = z.iso.datetime({ offset: true }).nullable();
const name = z.string().min(1).max(200).nullable().default(null);
const VIEW = z.object({
  name: z.string().trim().min(1).max(200),
  query: z.string().max(10_000),
  last: z
    .string()
    .regex(/^\d{1,6}[smhd]$/)
    .nullable()
    .default(null),
  from: moment.default(null),
  to: moment.default(null),
  environment: name,
  serviceVersion: name,
  team: name,
  groupBy: z.string().min(1).max(2_000).nullable().default(null),
  sort: z.enum(TRACE_SORTS).nullable().default(null),
  columns: z.array(z.string().min(1).max(200)).max(50).nullable().default(null),
  chart: z.string().min(1).max(40).nullable().default(null),
});

const { list, create, update, remove } = collection('/v1/saved-views', 'searches with a name', 'notes:write');

export const savedViews = {
  listSavedViews: operation({
    ...list,
    input: [],
    rest: { ...list.rest, shown: onePage },
    run: read(({ views }) => views.list()),
  }),
  createSavedView: operation({
    ...create,
    input: [whole(VIEW)],
    run: write(({ views, texts }, edit: SavedViewEdit) => views.create(texts.clean(edit))),
  }),
  /** @throws NOT_FOUND, CONFLICT */
  updateSavedView: operation({
    ...update,
    input: [ID, VERSION, whole(VIEW)],
    run: write(({ views, texts }, id: string, version: number, edit: SavedViewEdit) =>
      views.update(id, version, texts.clean(edit)),
    ),
  }),
  /** @throws NOT_FOUND */
  deleteSavedView: operation({ ...remove, input: [ID], run: write(({ views }, id: string) => views.remove(id)) }),
};
