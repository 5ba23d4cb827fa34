/** What people, models and code think of spans, traces and sessions. */
import { z } from 'zod';
import { MAX_NOTE_CHARS } from '../api/annotation';
import { SCORE_SOURCES, type ScoreEdit, type ScoreListQuery, type ScoreValue } from '../api/score';
import { read, write } from '../store/workspace/store-call';
import { collection } from './collection';
import { ID, VERSION, whole } from './input';
import { isOneTarget, MARK_LIST, ONE_TARGET, TARGET } from './mark-schemas';
import { operation } from './operation';
import { text } from './schemas';

const VALUE = z.object({
  name: z.string().trim().min(1).max(200),
  value: z.number().nullable().default(null),
  label: z.string().min(1).max(200).nullable().default(null),
  comment: z.string().max(MAX_NOTE_CHARS).default(''),
  source: z.enum(SCORE_SOURCES).default('human'),
});
const LIST = MARK_LIST.extend({
  spanId: text,
  name: text,
  source: z.enum(SCORE_SOURCES, { message: `is one of ${SCORE_SOURCES.join(', ')}` }).optional(),
});

const saysSomething = ({ value, label }: Pick<z.output<typeof VALUE>, 'value' | 'label'>): boolean =>
  value !== null || label !== null;
const VALUE_OR_LABEL = { message: 'say a value, a label or both', path: ['value'] };

const { list, create, update, remove } = collection(
  '/v1/scores',
  'scores of spans, traces and sessions',
  'notes:write',
);

export const scores = {
  listScores: operation({
    ...list,
    input: [whole(LIST)],
    run: read(({ scores }, query: ScoreListQuery) => scores.list(query)),
  }),
  /** @throws NOT_FOUND when what it is about is not stored */
  createScore: operation({
    ...create,
    input: [whole(TARGET.extend(VALUE.shape).refine(isOneTarget, ONE_TARGET).refine(saysSomething, VALUE_OR_LABEL))],
    run: write(({ scores, texts }, edit: ScoreEdit) => scores.create(texts.clean(edit))),
  }),
  /** @throws NOT_FOUND, CONFLICT */
  updateScore: operation({
    ...update,
    input: [ID, VERSION, whole(VALUE.refine(saysSomething, VALUE_OR_LABEL))],
    run: write(({ scores, texts }, id: string, version: number, edit: ScoreValue) =>
      scores.update(id, version, texts.clean(edit)),
    ),
  }),
  /** @throws NOT_FOUND */
  deleteScore: operation({ ...remove, input: [ID], run: write(({ scores }, id: string) => scores.remove(id)) }),
};
