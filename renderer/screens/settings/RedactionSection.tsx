import { Plus } from 'lucide-react';
import type { NamedPattern, SettingsReport } from '../../../core/api/settings';
import { Button } from '../../ui/Button';
import { FIELD } from '../../ui/field';
import { LinesField } from './LinesField';
import { Section, Switch } from './Section';
import { SettingRow } from './SettingRow';
import { useDraft } from './use-settings';

export function RedactionSection({ report }: { readonly report: SettingsReport }) {
  const draft = useDraft(report);
  const patterns = draft.values['redaction.patterns'];
  const setPatterns = (next: readonly NamedPattern[]): void => draft.set('redaction.patterns', next);
  const setOne = (at: number, change: Partial<NamedPattern>): void =>
    setPatterns(patterns.map((one, i) => (i === at ? { ...one, ...change } : one)));
  return (
    <Section
      title="Redaction"
      about="Replaces text before it is stored. Changes apply to data that arrives from then on. Stored data stays as it is."
      draft={draft}
      warning={
        report.values['redaction.secrets'] && !draft.values['redaction.secrets']
          ? 'Passwords, tokens and keys in telemetry will be stored as they arrive.'
          : null
      }
    >
      <SettingRow
        draft={draft}
        name="redaction.secrets"
        title="Credentials"
        hint="Passwords, tokens, private keys and cookies, recognized by key name and by format."
      >
        {(field) => (
          <Switch
            {...field}
            checked={draft.values['redaction.secrets']}
            onChange={(on) => draft.set('redaction.secrets', on)}
          />
        )}
      </SettingRow>
      <SettingRow draft={draft} name="redaction.emails" title="Email addresses">
        {(field) => (
          <Switch
            {...field}
            checked={draft.values['redaction.emails']}
            onChange={(on) => draft.set('redaction.emails', on)}
          />
        )}
      </SettingRow>
      <SettingRow draft={draft} name="redaction.cards" title="Card numbers" hint="With a valid check digit.">
        {(field) => (
          <Switch
            {...field}
            checked={draft.values['redaction.cards']}
            onChange={(on) => draft.set('redaction.cards', on)}
          />
        )}
      </SettingRow>
      <SettingRow
        draft={draft}
        name="redaction.keys"
        title="Attribute keys"
        hint="One per line; * matches any characters. Their values are always redacted."
      >
        {(field) => <LinesField draft={draft} name="redaction.keys" field={field} placeholder="customer.*" />}
      </SettingRow>
      <SettingRow
        draft={draft}
        name="redaction.patterns"
        title="Own patterns"
        hint="RE2 regular expressions. Matches are replaced with [redacted NAME]."
      >
        {({ id, isLocked }) => (
          <>
            {patterns.map(({ name, pattern }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: its name is what is being written
              <span key={i} className="flex items-center gap-2">
                <input
                  aria-label={`Name of pattern ${i + 1}`}
                  className={`${FIELD} w-36 disabled:opacity-60`}
                  disabled={isLocked}
                  placeholder="ticket"
                  value={name}
                  onChange={(event) => setOne(i, { name: event.target.value })}
                />
                <input
                  aria-label={`Pattern ${i + 1}`}
                  className={`${FIELD} min-w-0 grow font-mono disabled:opacity-60`}
                  disabled={isLocked}
                  spellCheck={false}
                  placeholder="INT-\d+"
                  value={pattern}
                  onChange={(event) => setOne(i, { pattern: event.target.value })}
                />
                {!isLocked && (
                  <Button
                    look="ghost"
                    aria-label={`Remove pattern ${i + 1}`}
                    onClick={() => setPatterns(patterns.filter((_, at) => at !== i))}
                  >
                    Remove
                  </Button>
                )}
              </span>
            ))}
            <Button
              id={id}
              className="self-start"
              disabled={isLocked}
              onClick={() => setPatterns([...patterns, { name: '', pattern: '' }])}
            >
              <Plus size={13} aria-hidden /> Add a pattern
            </Button>
          </>
        )}
      </SettingRow>
    </Section>
  );
}
