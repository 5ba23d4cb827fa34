/** Takes secrets out of what people share, as the wire has it. */
import type { Fields, ObjectRef } from '../sync/objects';
import type { WrittenTexts } from './written-texts';

type WrittenObject = Pick<ObjectRef, 'kind'> & { readonly fields: Fields | null };

/** The same without what the rules take out; within JSON its texts one by one, so that it stays JSON and names, kinds and choices stay. */
export function cleanObject<T extends WrittenObject>(texts: WrittenTexts, object: T): T {
  const { kind, fields } = object;
  if (kind !== 'dashboard' || typeof fields?.panels !== 'string') return { ...object, fields: texts.clean(fields) };
  const { panels, ...others } = fields;
  return { ...object, fields: { ...texts.clean(others), panels: cleanJson(texts, panels) } };
}

function cleanJson(texts: WrittenTexts, json: string): string {
  try {
    return JSON.stringify(texts.clean(JSON.parse(json)));
  } catch {
    // It is none.
    return texts.clean(json);
  }
}
