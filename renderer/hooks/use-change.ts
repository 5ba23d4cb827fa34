import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

interface Change {
  readonly failure: string | null;
  /** Runs a change, then reads again what it changed. */
  change(changing: Promise<unknown>): void;
}

/** @param queryKey of what a change makes old */
export function useChange(...queryKey: string[]): Change {
  const queries = useQueryClient();
  const [failure, setFailure] = useState<string | null>(null);
  const change = (changing: Promise<unknown>): void => {
    changing
      .then(
        () => setFailure(null),
        (error: Error) => setFailure(error.message),
      )
      .finally(() => void queries.invalidateQueries({ queryKey }));
  };
  return { failure, change };
}
