/** What settings.json says, and changes that are made here before they are saved. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  SettingKey,
  SettingState,
  SettingsChange,
  SettingsReport,
  SettingValues,
} from '../../../core/api/settings';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';

const KEY = ['settings'];
/** Somebody may edit the file beside the page. */
const LOOK_MS = 3_000;

export function useSettingsReport() {
  const connected = useConnection(({ phase }) => phase === 'connected');
  return useQuery({ queryKey: KEY, queryFn: () => api.settings(), enabled: connected, refetchInterval: LOOK_MS });
}

export function useChangeSettings() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: SettingsChange) => api.changeSettings(change),
    onSuccess: (report: SettingsReport) => {
      queries.setQueryData(KEY, report);
      void queries.invalidateQueries({ queryKey: ['status'] });
    },
    onError: () => void queries.invalidateQueries({ queryKey: KEY }),
  });
}

export interface Draft {
  /** With what was changed here. */
  readonly values: SettingValues;
  readonly isChanged: boolean;
  /** Nothing that is written wrongly is saved. */
  readonly isValid: boolean;
  readonly isSaving: boolean;
  readonly failure: string | null;
  readonly isSaved: boolean;
  /** Whether the file can be changed at all. */
  readonly isEditable: boolean;
  stateOf(key: SettingKey): SettingState | undefined;
  set<Key extends SettingKey>(key: Key, value: SettingValues[Key]): void;
  /** @param isValid whether what is in its field can be a value */
  mark(key: SettingKey, isValid: boolean): void;
  isDefault(key: SettingKey): boolean;
  resetToDefault(key: SettingKey): void;
  save(): void;
  discard(): void;
}

/** Changes of one section. They are based on the file as it was when the first was made. */
export function useDraft(report: SettingsReport): Draft {
  const [edits, setEdits] = useState<Partial<SettingValues>>({});
  const [revision, setRevision] = useState<string | null>(null);
  const [invalid, setInvalid] = useState<readonly SettingKey[]>([]);
  const change = useChangeSettings();
  const values = { ...report.values, ...edits };
  const same = (key: SettingKey, values: Partial<SettingValues>): boolean =>
    JSON.stringify(values[key]) === JSON.stringify(report.values[key]);
  const changed = (Object.keys(edits) as SettingKey[]).filter((key) => !same(key, edits));
  const discard = (): void => {
    setEdits({});
    setRevision(null);
    setInvalid([]);
    change.reset();
  };
  const set: Draft['set'] = (key, value) => {
    setRevision(revision ?? report.revision);
    setEdits((before) => ({ ...before, [key]: value }));
    if (change.isSuccess || change.isError) change.reset();
  };
  return {
    values,
    isChanged: changed.length > 0 || invalid.length > 0,
    isValid: invalid.length === 0,
    isSaving: change.isPending,
    failure: change.error?.message ?? null,
    isSaved: change.isSuccess && changed.length === 0,
    isEditable: report.problems.length === 0,
    stateOf: (key) => report.settings.find((one) => one.key === key),
    set,
    mark: (key, isValid) => {
      const others = invalid.filter((one) => one !== key);
      setInvalid(isValid ? others : [...others, key]);
    },
    isDefault: (key) => JSON.stringify(values[key]) === JSON.stringify(report.defaults[key]),
    resetToDefault: (key) => set(key, report.defaults[key]),
    save: () => {
      if (changed.length === 0 || invalid.length > 0) return;
      const isDefault = (key: SettingKey): boolean =>
        JSON.stringify(edits[key]) === JSON.stringify(report.defaults[key]);
      const kept = changed.filter((key) => !isDefault(key)).map((key) => [key, edits[key]]);
      change.mutate(
        {
          revision: revision ?? report.revision,
          set: Object.fromEntries(kept) as Partial<SettingValues>,
          reset: changed.filter(isDefault),
        },
        {
          onSuccess: () => {
            setEdits({});
            setRevision(null);
          },
        },
      );
    },
    discard,
  };
}
