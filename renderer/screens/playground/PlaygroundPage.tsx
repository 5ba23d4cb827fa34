/** A prompt tried on models of the reader's choosing: written here, or taken from a recorded call and changed. */
import { Plus } from 'lucide-react';
import { Link } from 'wouter';
import { May } from '../../features/team/May';
import { useEndpoints } from '../../hooks/use-endpoints';
import { useKeys } from '../../hooks/use-keys';
import { usePlayground } from '../../stores/playground-store';
import { Button } from '../../ui/Button';
import { Kbd } from '../../ui/Kbd';
import { PageHeader } from '../../ui/PageHeader';
import { AttemptColumn } from './AttemptColumn';
import { PromptEditor } from './PromptEditor';
import { runAll } from './run-prompt';

export function PlaygroundPage() {
  const { source, attempts, addAttempt, clear } = usePlayground();
  const endpoints = useEndpoints();
  const isRunning = attempts.some(({ runId }) => runId !== null);
  const run = (): void => runAll(endpoints.list);
  useKeys({ 'Mod+Enter': run });
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Playground</h1>
        {source && (
          <Link
            href={`/trace/${source.traceId}/${source.spanId}`}
            className="min-w-0 truncate text-secondary hover:text-accent"
          >
            from the recorded call
          </Link>
        )}
        <span className="grow" />
        <Button onClick={clear}>New prompt</Button>
        <Button disabled={attempts.length >= 3} title="Add a model to compare" onClick={addAttempt}>
          <Plus size={13} aria-hidden /> Compare
        </Button>
        <May permission="notes:write">
          <Button look="primary" disabled={isRunning} onClick={run}>
            Run <Kbd>Ctrl ↵</Kbd>
          </Button>
        </May>
      </PageHeader>
      <div className="flex min-h-0 grow max-md:flex-col">
        <PromptEditor />
        <div className="flex min-h-0 min-w-0 grow basis-0 overflow-x-auto bg-panel">
          {attempts.map((attempt) => (
            <AttemptColumn key={attempt.id} attempt={attempt} endpoints={endpoints} isOnly={attempts.length === 1} />
          ))}
        </div>
      </div>
    </div>
  );
}
