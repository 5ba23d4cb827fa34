/** What the model answers: by what was said last, and never the same twice, so that it is seen where something is shown twice. */
import type { Answer, Asked, Tokens } from './ledger';

/** @returns null: the call fails */
export function answerTo({ messages, tools }: Asked, n: number): Answer | null {
  const last = messages.at(-1);
  const id = `r${n.toString(16).padStart(4, '0')}`;
  const text = last?.text ?? '';
  if (/\bfail\b/.test(text)) return null;
  const thoughts = /\bthink\b/.test(text) ? `First I weigh it, thought ${n}.` : '';
  const tool = tools.find((name) => /weather/i.test(name));
  if (last?.role === 'user' && /weather/i.test(text) && tool !== undefined) {
    const cities = [...text.matchAll(/\b(Oslo|Rome|Lima)\b/g)].map(([city]) => city);
    const toolCalls = cities.map((city, i) => ({ id: `call_${n}_${i}`, name: tool, arguments: { city } }));
    return { id, text: '', thoughts, toolCalls };
  }
  return { id, text: `It is as you say, answer ${n}.`, thoughts, toolCalls: [] };
}

/** Numbers of which no two sums are alike. */
export function tokensOf(answer: Answer, n: number, mayCache: boolean): Tokens {
  const reasoning = answer.thoughts === '' ? 0 : 16;
  return {
    input: 1_000 + n * 37,
    output: 40 + n * 3 + reasoning,
    cacheRead: mayCache ? 500 + n : 0,
    cacheWrite: 0,
    reasoning,
  };
}
