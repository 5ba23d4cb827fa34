import { Database } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import type { Dataset } from '../../../core/api/evaluation';
import { api } from '../../connection/connection';
import { useDatasets } from '../../hooks/use-datasets';
import { Button } from '../../ui/Button';
import { useMay } from '../team/May';

interface AddToDatasetProps {
  readonly traceId: string;
  readonly spanId: string;
}

/** Keeps a recorded call, to be asked again. */
export function AddToDataset({ traceId, spanId }: AddToDatasetProps) {
  const [open, setOpen] = useState(false);
  const [added, setAdded] = useState<Dataset | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const mayWrite = useMay('notes:write');
  const add = async (dataset: Dataset): Promise<void> => {
    await api.recordDatasetItem(dataset.id, traceId, spanId, '');
    setAdded(dataset);
    setOpen(false);
  };
  const attempt = (adding: Promise<void>): void => {
    adding.then(
      () => setFailure(null),
      (error: Error) => setFailure(error.message),
    );
  };
  if (!mayWrite) return null;
  return (
    <>
      <Popover.Root open={open} onOpenChange={setOpen}>
        <Popover.Trigger asChild>
          <Button title="Save this prompt so that you can test changes to it">
            <Database size={13} aria-hidden /> Add to a dataset
          </Button>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            aria-label="Add to a dataset"
            align="start"
            sideOffset={4}
            className="z-20 w-[260px] rounded-md border border-line-strong bg-panel p-1 shadow-md outline-none"
          >
            <Choices
              onChoose={(dataset) => attempt(add(dataset))}
              onCreate={(name) => attempt(api.createDataset({ name, description: '' }).then(add))}
            />
            {failure && (
              <p role="alert" className="px-2 py-1 text-error">
                {failure}
              </p>
            )}
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      {added && (
        <span role="status" className="min-w-0 truncate text-secondary">
          Added to{' '}
          <Link href={`/dataset/${added.id}`} className="text-accent hover:underline">
            {added.name}
          </Link>
        </span>
      )}
    </>
  );
}

interface ChoicesProps {
  readonly onChoose: (dataset: Dataset) => void;
  readonly onCreate: (name: string) => void;
}

function Choices({ onChoose, onCreate }: ChoicesProps) {
  const datasets = useDatasets();
  const [name, setName] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') onCreate(name.trim());
  };
  return (
    <>
      {datasets.map((dataset) => (
        <button
          key={dataset.id}
          type="button"
          className="flex h-[26px] w-full items-center rounded px-2 text-left hover:bg-raised focus-visible:bg-raised"
          onClick={() => onChoose(dataset)}
        >
          <span className="truncate" dir="auto">
            {dataset.name}
          </span>
        </button>
      ))}
      <form className="flex gap-1.5 p-1" onSubmit={submit}>
        <input
          aria-label="Name of a new dataset"
          placeholder="Name of a new dataset"
          className="h-[26px] min-w-0 grow rounded border border-line-strong bg-background px-1.5"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" disabled={name.trim() === ''}>
          Add
        </Button>
      </form>
    </>
  );
}
