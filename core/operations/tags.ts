/** Words on traces, spans and sessions. */
import { z } from 'zod';
import type { NewTag, TagEdit, TagListQuery } from '../api/tag';
import { read, write } from '../store/workspace/store-call';
import { collection } from './collection';
import { ID, VERSION, whole } from './input';
import { isOneTarget, MARK_LIST, ONE_TARGET, TARGET } from './mark-schemas';
import { operation } from './operation';

const TAG = z.object({ name: z.string().trim().min(1).max(100) });
const NEW_TAG = TARGET.extend(TAG.shape).refine(isOneTarget, ONE_TARGET);

const { list, create, update, remove } = collection('/v1/tags', 'words on traces, spans and sessions', 'notes:write');

export const tags = {
  listTags: operation({
    ...list,
    input: [whole(MARK_LIST.extend({ name: z.string().max(100).optional() }))],
    run: read(({ tags }, query: TagListQuery) => tags.list(query)),
  }),
  /** @throws NOT_FOUND when what it is put on is not stored */
  createTag: operation({
    ...create,
    input: [whole(NEW_TAG)],
    run: write(({ tags, texts }, tag: NewTag) => tags.create(texts.clean(tag))),
  }),
  /** @throws NOT_FOUND, CONFLICT */
  updateTag: operation({
    ...update,
    input: [ID, VERSION, whole(TAG)],
    run: write(({ tags, texts }, id: string, version: number, edit: TagEdit) =>
      tags.update(id, version, texts.clean(edit)),
    ),
  }),
  /** @throws NOT_FOUND */
  deleteTag: operation({ ...remove, input: [ID], run: write(({ tags }, id: string) => tags.remove(id)) }),
};
