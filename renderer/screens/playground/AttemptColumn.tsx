import { X } from 'lucide-react';
import { formatCompact, formatCost, formatDuration } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { MessageView } from '../../features/conversation/MessageView';
import { May, useMay } from '../../features/team/May';
import type { Endpoints } from '../../hooks/use-endpoints';
import { type Attempt, usePlayground } from '../../stores/playground-store';
import { Button } from '../../ui/Button';
import { EndpointDialog } from './EndpointDialog';
import { endpointOf } from './run-prompt';

const FIELD = 'h-[27px] min-w-0 rounded border border-line-strong bg-background px-1.5';

interface AttemptColumnProps {
  readonly attempt: Attempt;
  readonly endpoints: Endpoints;
  readonly isOnly: boolean;
}

/** One model: where it answers, how it is asked, what it said and what that took. */
export function AttemptColumn({ attempt, endpoints, isOnly }: AttemptColumnProps) {
  const { setAttempt, removeAttempt } = usePlayground();
  const { id, model, temperature, maxTokens, runId, failure, answer } = attempt;
  const endpoint = endpointOf(attempt, endpoints.list);
  return (
    <section
      aria-label={`Model ${model || endpoint?.model || 'not chosen'}`}
      className="flex min-h-0 min-w-[300px] grow basis-0 flex-col border-r border-line"
    >
      <div className="flex flex-col gap-1.5 border-b border-line p-3.5">
        <div className="flex items-center gap-1.5">
          <select
            aria-label="Endpoint"
            className={`${FIELD} grow`}
            value={endpoint?.id ?? ''}
            disabled={endpoints.list.length === 0}
            onChange={(event) => setAttempt(id, { endpointId: event.target.value })}
          >
            {endpoints.list.length === 0 && <option value="">No endpoint yet</option>}
            {endpoints.list.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
          <May permission="rules:write">
            {endpoint && <EndpointDialog endpoint={endpoint} onChanged={endpoints.refetch} />}
            <EndpointDialog endpoint={null} onChanged={endpoints.refetch} />
          </May>
          {!isOnly && (
            <button
              type="button"
              aria-label="Remove this model"
              className="text-faint hover:text-text"
              onClick={() => removeAttempt(id)}
            >
              <X size={14} />
            </button>
          )}
        </div>
        <div className="flex gap-1.5">
          <input
            aria-label="Model"
            className={`${FIELD} grow font-mono text-sm`}
            value={model}
            placeholder={endpoint?.model || 'model'}
            onChange={(event) => setAttempt(id, { model: event.target.value })}
          />
          <input
            aria-label="Temperature"
            title="Temperature"
            inputMode="decimal"
            className={`${FIELD} w-[64px] font-mono text-sm`}
            value={temperature}
            placeholder="temp."
            onChange={(event) => setAttempt(id, { temperature: event.target.value.replace(/[^0-9.]/g, '') })}
          />
          <input
            aria-label="Most tokens"
            title="Maximum tokens in the answer"
            inputMode="numeric"
            className={`${FIELD} w-[76px] font-mono text-sm`}
            value={maxTokens}
            placeholder="max"
            onChange={(event) => setAttempt(id, { maxTokens: event.target.value.replace(/\D/g, '') })}
          />
        </div>
      </div>
      <div aria-live="polite" className="flex min-h-0 grow flex-col gap-2.5 overflow-y-auto p-3.5">
        {runId !== null && (
          <p className="flex items-center gap-2 text-secondary">
            Waiting for the answer …
            <Button look="ghost" onClick={() => void api.cancelPrompt(runId)}>
              Cancel
            </Button>
          </p>
        )}
        {(failure ?? answer?.error) && (
          <p role="alert" className="text-error">
            {failure ?? answer?.error}
          </p>
        )}
        {answer?.messages.map((message, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: messages have no identity and never move
          <MessageView key={i} message={message} uses={null} onSpan={() => {}} />
        ))}
        {runId === null && !answer && !failure && <Hint hasEndpoints={endpoints.list.length > 0} />}
      </div>
      {answer && (
        <footer className="flex flex-wrap gap-x-4 border-t border-line px-3.5 py-1.5 font-mono text-sm text-secondary">
          <span title="Tokens in, and out">
            {formatCompact(answer.usage.input)} → {formatCompact(answer.usage.output)}
          </span>
          <span>{answer.costUsd === null ? 'cost unknown' : formatCost(answer.costUsd)}</span>
          <span>{formatDuration(answer.durationNs)}</span>
          {answer.timeToFirstTokenNs !== null && <span>first token {formatDuration(answer.timeToFirstTokenNs)}</span>}
          {answer.finishReasons.length > 0 && <span>{answer.finishReasons.join(', ')}</span>}
        </footer>
      )}
    </section>
  );
}

function Hint({ hasEndpoints }: { readonly hasEndpoints: boolean }) {
  const mayAdd = useMay('rules:write');
  const mayRun = useMay('notes:write');
  const text = !mayRun
    ? 'Viewers can’t run prompts. Ask for the member role.'
    : hasEndpoints
      ? 'Run the prompt to see what this model answers.'
      : mayAdd
        ? 'Add an endpoint: Ollama, LM Studio, vLLM, or a provider in the cloud. Prompts go there and nowhere else.'
        : 'There is no endpoint yet. Ask an admin to add one.';
  return <p className="text-secondary">{text}</p>;
}
