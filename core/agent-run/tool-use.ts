/** What became of a call of a tool, by the spans that carried it out and by what later calls of models were told. */
import type { PlainValue } from '../model/json-types';
import { cutValue } from './cut';
import { endOf, type RunSpan } from './run-span';
import type { Ask } from './tool-joins';
import { isNothingSaid } from './tool-values';

export interface ToolUse {
  readonly name: string;
  readonly arguments: PlainValue | null;
  readonly result: PlainValue | null;
  /** Null: no span of it is stored, only what the next call says of it. */
  readonly spanId: string | null;
  readonly durationNs: number | null;
  readonly failed: boolean;
}

/** @param spans that carried it out, by start */
export function toolUseOf(
  spans: readonly RunSpan[],
  { part, arguments: asked, told }: Pick<Ask, 'arguments' | 'told'> & { readonly part: Ask['part'] | null },
): ToolUse {
  const tools = spans.flatMap(({ agent }) => agent.tool ?? []);
  const [outer] = spans;
  // Of client and server the client is nearer to the model; of attempts the last one counts.
  const attempts = attemptsOf(spans);
  const results = attempts.reverse().flatMap((attempt) => attempt.map(({ agent }) => agent.tool?.result ?? null));
  const given = [asked, ...tools.map((tool) => tool.arguments)];
  return {
    name: part?.name ?? tools.find(({ name }) => name !== null)?.name ?? outer?.name ?? '',
    arguments: cutValue(given.find((one) => !isNothingSaid(one)) ?? given.find((one) => one !== null) ?? null),
    result: cutValue(
      [...results, told ?? null].find((one) => !isNothingSaid(one)) ??
        [...results, told ?? null].find((one) => one !== null) ??
        null,
    ),
    spanId: outer?.spanId ?? null,
    durationNs: outer?.durationNs ?? null,
    failed: attempts[0]?.some(({ failed }) => failed) ?? false,
  };
}

/** Spans that ran during another's are of its attempt. */
function attemptsOf(spans: readonly RunSpan[]): RunSpan[][] {
  const attempts: RunSpan[][] = [];
  for (const span of spans) {
    const attempt = attempts.find(([first]) => first && span.startNs < endOf(first));
    if (attempt) attempt.push(span);
    else attempts.push([span]);
  }
  return attempts;
}
