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

/** A header as it is being written: its name may be anything yet. */
export interface HeaderRow {
  readonly name: string;
  /** Null: it is set, and not shown. */
  readonly value: string | null;
}

/** What is in fields whose values do not say how they were written, right or wrong. */
interface Written {
  readonly 'retention.days': string;
  readonly 'retention.gigabytes': string;
  readonly 'retention.spans': string;
  readonly forward: { readonly url: string; readonly headers: readonly HeaderRow[] };
}

export interface Draft {
  /** With what was changed here. */
  readonly values: SettingValues;
  /** Only of fields that were written into. */
  readonly written: Partial<Written>;
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
  /** @param value undefined: what was written is not a value */
  write<Key extends keyof Written>(key: Key, written: Written[Key], value: SettingValues[Key] | undefined): void;
  isDefault(key: SettingKey): boolean;
  resetToDefault(key: SettingKey): void;
  save(): void;
  discard(): void;
}

/** Changes of one section. They are based on the file as it was when the first was made. */
export function useDraft(report: SettingsReport): Draft {
  const [edits, setEdits] = useState<Partial<SettingValues>>({});
  const [revision, setRevision] = useState<string | null>(null);
  const [written, setWritten] = useState<Partial<Written>>({});
  const [invalid, setInvalid] = useState<readonly SettingKey[]>([]);
  const change = useChangeSettings();
  const values = { ...report.values, ...edits };
  const same = (key: SettingKey, values: Partial<SettingValues>): boolean =>
    JSON.stringify(values[key]) === JSON.stringify(report.values[key]);
  const changed = (Object.keys(edits) as SettingKey[]).filter((key) => !same(key, edits));
  const clear = (): void => {
    setEdits({});
    setRevision(null);
    setWritten({});
    setInvalid([]);
  };
  const set: Draft['set'] = (key, value) => {
    setRevision(revision ?? report.revision);
    setEdits((before) => ({ ...before, [key]: value }));
    if (change.isSuccess || change.isError) change.reset();
  };
  const write: Draft['write'] = (key, written, value) => {
    setWritten((before) => ({ ...before, [key]: written }));
    const others = invalid.filter((one) => one !== key);
    setInvalid(value === undefined ? [...others, key] : others);
    if (value !== undefined) set(key, value);
  };
  return {
    values,
    written,
    isChanged: changed.length > 0 || invalid.length > 0,
    isValid: invalid.length === 0,
    isSaving: change.isPending,
    failure: change.error?.message ?? null,
    isSaved: change.isSuccess && changed.length === 0,
    isEditable: report.problems.length === 0,
    stateOf: (key) => report.settings.find((one) => one.key === key),
    set,
    write,
    isDefault: (key) => JSON.stringify(values[key]) === JSON.stringify(report.defaults[key]),
    resetToDefault: (key) => {
      setWritten((before) => ({ ...before, [key]: undefined }));
      setInvalid(invalid.filter((one) => one !== key));
      set(key, report.defaults[key]);
    },
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
        { onSuccess: clear },
      );
    },
    discard: () => {
      clear();
      change.reset();
    },
  };
}
