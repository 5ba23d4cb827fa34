/** The contract behind a look at every text that comes in: what no column can hold is refused before it gets further. */
import type { SpoorApi } from '../../core/api/contract';
import { checkStorable } from '../net/storable-text';

/** What models are told goes to an endpoint, not into a column: it may be whatever a trace holds. */
const UNSTORED: Partial<Record<keyof SpoorApi, readonly string[]>> = { runPrompt: ['messages', 'tools', 'parameters'] };

export function checkedApi<T extends object>(api: T): T {
  return new Proxy(api, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      const unstored = UNSTORED[name as keyof SpoorApi] ?? [];
      return async (...parameters: unknown[]): Promise<unknown> => {
        for (const parameter of parameters) checkStorable(without(parameter, unstored));
        return method.apply(target, parameters);
      };
    },
  });
}

function without(parameter: unknown, fields: readonly string[]): unknown {
  if (fields.length === 0 || typeof parameter !== 'object' || parameter === null) return parameter;
  return Object.fromEntries(Object.entries(parameter).filter(([key]) => !fields.includes(key)));
}
