/** Which rows of the dictionaries are named by what is stored, as a sweep finds them (pruning/dictionaries.ts). */

import { IdSet } from './id-set';

export const DICTIONARIES = [
  'attribute',
  'attribute_key',
  'metric_series',
  'metric',
  'model_call_kind',
  'operation',
  'service',
  'scope',
  'resource',
  'deployment',
] as const;
export type Dictionary = (typeof DICTIONARIES)[number];

/** Elements of records that name nothing (part-ids.ts) are not below it. */
const NO_KEY = -1;

export class UsedNames {
  private readonly sets = new Map<Dictionary, IdSet>(DICTIONARIES.map((dictionary) => [dictionary, new IdSet()]));

  add(dictionary: Dictionary, id: number): void {
    this.sets.get(dictionary)?.add(id);
  }

  /** @param element as records list it: below -1 a key whose value stands in a payload */
  addElement(element: number): void {
    if (element > 0) this.add('attribute', element);
    else if (element < NO_KEY) this.add('attribute_key', -element);
  }

  has(dictionary: Dictionary, id: number): boolean {
    return this.sets.get(dictionary)?.has(id) ?? false;
  }
}
