/** Answers that were cut off because their time was up: what was found is shown, and the question is asked again with more time. */
import { useRef } from 'react';

const FIRST_MS = 1_000;
const LONGEST_MS = 16_000;
const SOON_MS = 500;
const LATER_MS = 20_000;

/**
 * Gives a query of TanStack what makes it ask until its answer is complete: with one second, then four, then sixteen. What sixteen
 * seconds do not suffice for is asked again now and then.
 * @param subject what is asked; another one begins with one second
 */
export function usePatience<Answer extends object>(subject: string) {
  const asked = useRef({ subject, waitMs: FIRST_MS });
  if (asked.current.subject !== subject) asked.current = { subject, waitMs: FIRST_MS };
  return {
    async ask(question: (waitMs: number) => Promise<Answer>): Promise<Answer> {
      const now = asked.current;
      const answer = await question(now.waitMs);
      now.waitMs = isCutOff(answer) ? Math.min(4 * now.waitMs, LONGEST_MS) : FIRST_MS;
      return answer;
    },
    refetchInterval({ state: { data } }: { readonly state: { readonly data?: Answer | undefined } }): number | false {
      if (!data || !isCutOff(data)) return false;
      return asked.current.waitMs < LONGEST_MS ? SOON_MS : LATER_MS;
    },
  };
}

function isCutOff(answer: object): boolean {
  return 'complete' in answer && answer.complete === false;
}
