import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Evaluator } from '../../../core/api/evaluation';
import type { Endpoint } from '../../../core/api/playground';
import { Button } from '../../ui/Button';
import { type EvaluatorInput, INPUTS, KINDS } from './evaluator-inputs';

const FIELD = 'h-[27px] min-w-0 rounded border border-line-strong bg-background px-1.5';

interface EvaluatorFormProps {
  /** For a judge. */
  readonly endpoints: readonly Endpoint[];
  readonly onAdd: (evaluator: Evaluator) => void;
}

/** One more evaluator: its kind, and what it needs to know. */
export function EvaluatorForm({ endpoints, onAdd }: EvaluatorFormProps) {
  const [kind, setKind] = useState<Evaluator['kind']>('exact');
  const [text, setText] = useState('');
  const [endpointId, setEndpointId] = useState('');
  const [model, setModel] = useState('');
  const input: EvaluatorInput = INPUTS[kind];
  const judge = endpoints.find(({ id }) => id === endpointId) ?? endpoints[0];
  const evaluator = input.read(text, {
    endpointId: judge?.id ?? '',
    model: model.trim() || judge?.model || '',
  });
  const add = (): void => {
    if (!evaluator) return;
    onAdd(evaluator);
    setText('');
  };
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex gap-1.5">
        <select
          aria-label="Kind of evaluator"
          className={`${FIELD} w-[170px]`}
          value={kind}
          onChange={(event) => {
            setKind(event.target.value as Evaluator['kind']);
            setText('');
          }}
        >
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {INPUTS[one].title}
            </option>
          ))}
        </select>
        {input.placeholder !== null && (
          <input
            aria-label="What it needs to know"
            className={`${FIELD} grow font-mono text-sm`}
            value={text}
            placeholder={input.placeholder}
            onChange={(event) => setText(event.target.value)}
          />
        )}
        {input.placeholder === null && <span className="grow" />}
        <Button disabled={evaluator === null} onClick={add}>
          <Plus size={13} aria-hidden /> Add
        </Button>
      </div>
      {kind === 'judge' && (
        <div className="flex gap-1.5">
          <select
            aria-label="Judge endpoint"
            className={`${FIELD} w-[170px]`}
            value={judge?.id ?? ''}
            onChange={(event) => setEndpointId(event.target.value)}
          >
            {endpoints.length === 0 && <option value="">Add an endpoint in the playground</option>}
            {endpoints.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
          <input
            aria-label="Judge model"
            className={`${FIELD} grow font-mono text-sm`}
            value={model}
            placeholder={judge?.model || 'model'}
            onChange={(event) => setModel(event.target.value)}
          />
        </div>
      )}
    </div>
  );
}
