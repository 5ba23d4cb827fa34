/** Settings: sections on the left, one of them on the right. The file is the truth; what it says and where it is wrong stands above. */
import clsx from 'clsx';
import { Link } from 'wouter';
import type { SettingsReport } from '../../../core/api/settings';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { AccessSection } from './AccessSection';
import { AppearanceSection } from './AppearanceSection';
import { DiagnosticsSection } from './DiagnosticsSection';
import { ForwardingSection } from './ForwardingSection';
import { OutgoingSection } from './OutgoingSection';
import { ReceiversSection } from './ReceiversSection';
import { RedactionSection } from './RedactionSection';
import { RetentionSection } from './RetentionSection';
import { SECTIONS, type SectionName } from './sections';
import { useChangeSettings, useSettingsReport } from './use-settings';

const PARTS: Readonly<Record<SectionName, (props: { readonly report: SettingsReport }) => React.ReactNode>> = {
  retention: RetentionSection,
  redaction: RedactionSection,
  receivers: ReceiversSection,
  forwarding: ForwardingSection,
  appearance: AppearanceSection,
  access: AccessSection,
  outgoing: OutgoingSection,
  diagnostics: DiagnosticsSection,
};

export function SettingsPage({ section }: { readonly section: string | undefined }) {
  const { data: report, error, refetch } = useSettingsReport();
  const { name } = SECTIONS.find(({ name }) => name === section) ?? SECTIONS[0];
  const Part = PARTS[name];
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Settings</h1>
        {report && (
          <span className="min-w-0 truncate font-mono text-sm text-secondary max-md:hidden" title={report.file}>
            {report.file}
          </span>
        )}
      </PageHeader>
      {error && (
        <Notice
          title="The settings could not be read."
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error.message}
        </Notice>
      )}
      {report && <FileNotices report={report} />}
      <div className="flex min-h-0 grow bg-panel max-md:flex-col">
        <nav
          aria-label="Sections of the settings"
          className="flex shrink-0 flex-col gap-0.5 overflow-y-auto border-r border-line p-2 max-md:flex-row max-md:overflow-x-auto max-md:border-r-0 max-md:border-b min-[768px]:w-[208px]"
        >
          {SECTIONS.map((one) => (
            <Link
              key={one.name}
              href={`/settings/${one.name}`}
              aria-current={one.name === name ? 'page' : undefined}
              className={clsx('flex h-[28px] shrink-0 items-center rounded-md px-2 font-medium whitespace-nowrap', {
                'bg-accent-ground text-accent': one.name === name,
                'text-secondary hover:bg-raised hover:text-text': one.name !== name,
              })}
            >
              {one.title}
            </Link>
          ))}
        </nav>
        <div className="min-h-0 min-w-0 grow overflow-y-auto px-5 py-4">
          {report && <Part key={name} report={report} />}
        </div>
      </div>
    </div>
  );
}

/** What is wrong with the file, and what was written into it and is not in use. */
function FileNotices({ report }: { readonly report: SettingsReport }) {
  const change = useChangeSettings();
  const waiting = report.settings.filter(({ pending }) => pending === 'apply').map(({ key }) => key);
  const restart = report.settings.filter(({ pending }) => pending === 'restart').map(({ key }) => key);
  if (report.problems.length > 0) {
    return (
      <Notice title="settings.json has errors. Spoor keeps using the previous settings but cannot start again until you fix them.">
        {report.problems.map(({ line, column, message }) => (
          <div key={`${line} ${column} ${message}`}>
            Line {line}: {message}
          </div>
        ))}
      </Notice>
    );
  }
  return (
    <>
      {waiting.length > 0 && (
        <div className="flex items-center gap-3 border-b border-line bg-raised px-3.5 py-2">
          <span className="min-w-0 grow">
            The file was changed: {waiting.join(', ')}. {change.error?.message}
          </span>
          <Button disabled={change.isPending} onClick={() => change.mutate({ revision: report.revision })}>
            Apply
          </Button>
        </div>
      )}
      {restart.length > 0 && (
        <p className="border-b border-line bg-raised px-3.5 py-2">
          {restart.join(', ')} {restart.length === 1 ? 'takes' : 'take'} effect when Spoor starts again.
        </p>
      )}
      {report.warnings.length > 0 && (
        <div className="border-b border-line bg-raised px-3.5 py-2 text-secondary">
          {report.warnings.map(({ line, message }) => (
            <div key={`${line} ${message}`}>
              Line {line}: {message}.
            </div>
          ))}
        </div>
      )}
    </>
  );
}
