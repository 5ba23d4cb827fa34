import type { ReactNode } from 'react';
import { type Theme, useSettings } from '../../stores/settings-store';
import { type TimeZone, timeText } from '../../ui/clock-time';
import { Section } from './Section';

const THEMES: readonly (readonly [Theme, string])[] = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];
const ZONES: readonly (readonly [TimeZone, string])[] = [
  ['local', 'Local time'],
  ['UTC', 'UTC'],
];

export function AppearanceSection() {
  const { theme, timeZone, setTheme, setTimeZone } = useSettings();
  return (
    <Section title="Appearance" about="Kept in this browser or window, not in settings.json. Changes apply at once.">
      <Options title="Theme" options={THEMES} chosen={theme} onChoose={setTheme} />
      <Options
        title="Time zone"
        options={ZONES}
        chosen={timeZone}
        onChoose={setTimeZone}
        hint={`Now: ${timeText(Date.now())}`}
      />
    </Section>
  );
}

interface OptionsProps<Name extends string> {
  readonly title: string;
  readonly options: readonly (readonly [Name, string])[];
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
  readonly hint?: ReactNode;
}

function Options<Name extends string>({ title, options, chosen, onChoose, hint }: OptionsProps<Name>) {
  return (
    <fieldset className="grid grid-cols-[180px_minmax(0,1fr)] gap-x-5 border-b border-line py-3 max-md:grid-cols-1">
      <legend className="float-left pt-0.5 font-medium">{title}</legend>
      <div className="flex flex-col gap-1.5">
        <div className="flex flex-wrap gap-x-5 gap-y-1.5">
          {options.map(([name, text]) => (
            <label key={name} className="flex items-center gap-2">
              <input
                type="radio"
                name={title}
                className="accent-(--accent)"
                checked={name === chosen}
                onChange={() => onChoose(name)}
              />
              {text}
            </label>
          ))}
        </div>
        {hint !== undefined && <span className="text-sm text-secondary">{hint}</span>}
      </div>
    </fieldset>
  );
}
