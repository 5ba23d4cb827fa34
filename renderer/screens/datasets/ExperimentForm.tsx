import { X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Evaluator } from '../../../core/api/evaluation';
import { evaluatorName } from '../../../core/evaluation/evaluator-name';
import { api } from '../../connection/connection';
import { useEndpoints } from '../../hooks/use-endpoints';
import { Button } from '../../ui/Button';
import { EvaluatorForm } from './EvaluatorForm';

const FIELD = 'h-[27px] w-full rounded border border-line-strong bg-background px-1.5';
/** In place of an endpoint. */
const RECORDED = '';

interface ExperimentFormProps {
  readonly datasetId: string;
  readonly onStarted: () => void;
}

export function ExperimentForm({ datasetId, onStarted }: ExperimentFormProps) {
  const endpoints = useEndpoints().list;
  const [endpointId, setEndpointId] = useState(RECORDED);
  const [model, setModel] = useState('');
  const [name, setName] = useState('');
  const [evaluators, setEvaluators] = useState<readonly Evaluator[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const endpoint = endpoints.find(({ id }) => id === endpointId);
  const asked = model.trim() || endpoint?.model || '';
  const isValid = !endpoint || asked !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const target = endpoint ? { endpointId: endpoint.id, model: asked, parameters: {} } : null;
    const usual = endpoint ? asked : 'as recorded';
    api.startExperiment({ datasetId, name: name.trim() || usual, target, evaluators }).then(
      () => onStarted(),
      (error: Error) => setFailure(error.message),
    );
  };
  return (
    <div className="flex flex-col gap-3">
      <form id="experiment" className="flex flex-col gap-2.5" onSubmit={submit}>
        <div className="flex gap-2">
          <label className="flex min-w-0 grow basis-0 flex-col gap-0.5 text-sm text-secondary">
            Who answers
            <select className={FIELD} value={endpointId} onChange={(event) => setEndpointId(event.target.value)}>
              <option value={RECORDED}>The answers as recorded</option>
              {endpoints.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
          {endpoint && (
            <label className="flex min-w-0 grow basis-0 flex-col gap-0.5 text-sm text-secondary">
              Model
              <input
                className={`${FIELD} font-mono`}
                value={model}
                placeholder={endpoint.model}
                onChange={(event) => setModel(event.target.value)}
              />
            </label>
          )}
        </div>
        <label className="flex flex-col gap-0.5 text-sm text-secondary">
          Name
          <input
            className={FIELD}
            value={name}
            placeholder={endpoint ? asked : 'as recorded'}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
      </form>
      <section aria-label="Evaluators" className="flex flex-col gap-1.5">
        <h3 className="text-sm text-secondary">Look at each answer</h3>
        {evaluators.map((evaluator, i) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: evaluators have no identity
            key={i}
            className="flex items-center gap-2 rounded border border-line px-2 py-1"
          >
            <span className="min-w-0 grow truncate">{evaluatorName(evaluator)}</span>
            <button
              type="button"
              aria-label={`Leave out ${evaluatorName(evaluator)}`}
              className="text-faint hover:text-text"
              onClick={() => setEvaluators(evaluators.filter((_, k) => k !== i))}
            >
              <X size={14} />
            </button>
          </div>
        ))}
        <EvaluatorForm endpoints={endpoints} onAdd={(evaluator) => setEvaluators([...evaluators, evaluator])} />
      </section>
      {failure && (
        <p role="alert" className="text-error">
          {failure}
        </p>
      )}
      <Button type="submit" form="experiment" look="primary" disabled={!isValid} className="justify-center">
        Run the experiment
      </Button>
    </div>
  );
}
