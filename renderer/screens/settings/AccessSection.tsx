import type { SettingsReport } from '../../../core/api/settings';
import { Section, Switch } from './Section';
import { SettingRow } from './SettingRow';
import { useDraft } from './use-settings';

/** What others may do here, and what a search looks into. */
export function AccessSection({ report }: { readonly report: SettingsReport }) {
  const draft = useDraft(report);
  return (
    <Section
      title="Agents and other tools"
      about="What agents and other programs of this machine may do, and where a search looks."
      draft={draft}
      warning={
        draft.values['compat.withoutToken'] && !report.values['compat.withoutToken']
          ? 'Every program on this computer, whichever user runs it, will be able to read all traces.'
          : null
      }
    >
      <SettingRow
        draft={draft}
        name="agents.write"
        title="Agents may write"
        hint="Notes, scores and dataset items, over MCP. A change applies to sessions that start after it."
      >
        {(field) => (
          <Switch {...field} checked={draft.values['agents.write']} onChange={(on) => draft.set('agents.write', on)} />
        )}
      </SettingRow>
      <SettingRow
        draft={draft}
        name="compat.withoutToken"
        title="Read without the token"
        hint="Programs on this computer read traces through the APIs of Tempo, Jaeger and Zipkin without the token."
      >
        {(field) => (
          <Switch
            {...field}
            checked={draft.values['compat.withoutToken']}
            onChange={(on) => draft.set('compat.withoutToken', on)}
          />
        )}
      </SettingRow>
      <SettingRow
        draft={draft}
        name="search.promptText"
        title="Search prompts"
        hint="Word searches include prompts and answers. Turning this off saves disk space. Takes effect at the next start, for data that arrives from then on."
      >
        {(field) => (
          <Switch
            {...field}
            checked={draft.values['search.promptText']}
            onChange={(on) => draft.set('search.promptText', on)}
          />
        )}
      </SettingRow>
    </Section>
  );
}
