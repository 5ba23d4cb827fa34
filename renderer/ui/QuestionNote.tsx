import type { Question } from '../connection/answer';
import { Button } from './Button';
import { FloatingNote } from './FloatingNote';
import { Notice } from './Notice';

interface QuestionNoteProps {
  readonly question: Question<unknown>;
  /** What is asked for, with its article and as a plural: `the sessions`. */
  readonly what: string;
  /** While nothing is there. */
  readonly looking: string;
  /** What is missing where time was up. */
  readonly partial?: string;
  /** Other parts of the screen have notes of their own: it stays in its part, which has to be positioned. */
  readonly isInside?: boolean;
}

/** How far an answer is: under way, cut off, or failed. Says nothing beside one that is complete. */
export function QuestionNote({ question, what, looking, partial, isInside = false }: QuestionNoteProps) {
  const { answer, isOld, failure, askAgain } = question;
  if (failure !== null) {
    return (
      <Notice
        title={`${what.charAt(0).toUpperCase()}${what.slice(1)} could not be read.`}
        action={<Button onClick={askAgain}>Try again</Button>}
      >
        {failure}
      </Notice>
    );
  }
  const text =
    answer === null || isOld
      ? looking
      : answer.state === 'partial'
        ? (partial ??
          `Only part of ${what} was searched so far. Still searching. Choose a shorter time range for a quicker answer.`)
        : null;
  if (text === null) return null;
  if (answer !== null) return <FloatingNote isInside={isInside}>{text}</FloatingNote>;
  return (
    <p role="status" className="px-3.5 py-2.5 text-secondary">
      {text}
    </p>
  );
}
