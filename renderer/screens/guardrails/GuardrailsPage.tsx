/** Rules that mark what agents said and did, and what they marked. */
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import type { Guardrail, GuardrailEdit } from '../../../core/api/guardrail';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { ExtentPicker } from '../../features/extent/ExtentPicker';
import { HitList } from '../../features/guardrails/HitList';
import { describeRule } from '../../features/guardrails/kinds';
import { May, useMay } from '../../features/team/May';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { RuleForm } from './RuleForm';

const PACE_MS = 2_000;

export function GuardrailsPage() {
  const version = useThrottled(
    useConnection(({ version }) => version),
    PACE_MS,
  );
  const [adding, setAdding] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['guardrails'],
    queryFn: () => api.listGuardrails(),
    enabled: version > 0,
    refetchOnMount: 'always',
  });
  useRefetchOn(version, refetch);
  const change = (changing: Promise<unknown>, done: () => void = () => {}): void => {
    changing.then(
      () => {
        setFailure(null);
        done();
        void refetch();
      },
      (problem: Error) => setFailure(problem.message),
    );
  };
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Guardrails</h1>
        <span className="min-w-0 truncate text-secondary max-md:hidden">
          Rules flag what agents say and do. They block nothing.
        </span>
        <span className="grow" />
        <ExtentPicker />
        <Dialog.Root open={adding} onOpenChange={setAdding}>
          <May permission="rules:write">
            <Dialog.Trigger asChild>
              <Button>
                <Plus size={13} aria-hidden /> Add a rule
              </Button>
            </Dialog.Trigger>
          </May>
          <Dialog.Portal>
            <Dialog.Overlay className="fixed inset-0 bg-black/30" />
            <Dialog.Content
              aria-describedby={undefined}
              className="fixed top-1/2 left-1/2 w-[460px] max-w-[92vw] -translate-1/2 rounded-lg border border-line-strong bg-panel p-5 shadow-xl"
            >
              <Dialog.Title className="mb-3 text-lg font-semibold">Add a rule</Dialog.Title>
              <RuleForm
                failure={failure}
                onSave={(edit) => change(api.createGuardrail(edit), () => setAdding(false))}
              />
            </Dialog.Content>
          </Dialog.Portal>
        </Dialog.Root>
      </PageHeader>
      {(error || (failure && !adding)) && (
        <Notice
          title={error ? 'The rules could not be read.' : 'The rule was not changed.'}
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error?.message ?? failure}
        </Notice>
      )}
      <div className="min-h-0 grow overflow-y-auto bg-panel">
        <ul aria-label="Rules">
          {data?.map((rule) => (
            <Rule
              key={rule.id}
              rule={rule}
              onChange={(edit) => change(api.updateGuardrail(rule.id, rule.version, { ...editOf(rule), ...edit }))}
              onDelete={() => change(api.deleteGuardrail(rule.id))}
            />
          ))}
        </ul>
        <HitList version={version} />
      </div>
    </div>
  );
}

interface RuleProps {
  readonly rule: Guardrail;
  readonly onChange: (edit: Partial<GuardrailEdit>) => void;
  readonly onDelete: () => void;
}

function Rule({ rule, onChange, onDelete }: RuleProps) {
  const { name, enabled } = rule;
  const mayChange = useMay('rules:write');
  return (
    <li className="flex min-h-[40px] items-center gap-3 border-b border-line px-3.5 py-1.5 hover:bg-raised">
      <label className="flex min-w-0 grow items-center gap-3">
        <input
          type="checkbox"
          className="size-[15px] shrink-0 accent-(--accent)"
          disabled={!mayChange}
          checked={enabled}
          onChange={() => onChange({ enabled: !enabled })}
        />
        <span className="w-[180px] shrink-0 truncate font-semibold" dir="auto">
          {name}
        </span>
        <span className={`min-w-0 truncate ${enabled ? 'text-secondary' : 'text-faint'}`} title={describeRule(rule)}>
          {describeRule(rule)}
        </span>
      </label>
      {mayChange && (
        <Button look="ghost" aria-label={`Delete the rule ${name}`} onClick={onDelete}>
          Delete
        </Button>
      )}
    </li>
  );
}

function editOf({ name, kind, enabled, pattern, tools, maxUsd }: Guardrail): GuardrailEdit {
  return { name, kind, enabled, pattern, tools, maxUsd };
}
