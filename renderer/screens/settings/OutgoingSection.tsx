import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { SettingsReport } from '../../../core/api/settings';
import { useEndpoints } from '../../hooks/use-endpoints';
import { useSync } from '../../hooks/use-sync';
import { Fact, Section } from './Section';

/** Every connection that Spoor itself begins. */
export function OutgoingSection({ report }: { readonly report: SettingsReport }) {
  const { forward } = report.values;
  const isPending = report.settings.some(({ key, pending }) => key === 'forward' && pending === 'apply');
  const { data: sync } = useSync();
  const { list } = useEndpoints();
  const link = sync?.link ?? null;
  return (
    <Section
      title="What leaves this machine"
      about="Every connection that Spoor opens to an address outside this process. There are no others: no usage statistics, no crash reports, no fonts or scripts from the network."
    >
      <dl>
        <Fact name="Forwarding">
          {forward === null ? (
            'Off'
          ) : (
            <>
              Everything received, unredacted, to <Address>{forward.url}</Address>
              {isPending && ' once the file is applied'}
            </>
          )}{' '}
          <Way to="/settings/forwarding">Change</Way>
        </Fact>
        <Fact name="Team sync">
          {sync === undefined ? (
            '—'
          ) : link === null ? (
            'Off: not connected to a server'
          ) : (
            <>
              What you share, to <Address>{link.server}</Address>
              {link.paused && ', paused'}
            </>
          )}{' '}
          <Way to="/sync">Change</Way>
        </Fact>
        <Fact name="Model endpoints">
          {list.length === 0 ? (
            'None set up'
          ) : (
            <ul>
              {list.map(({ id, name, baseUrl }) => (
                <li key={id}>
                  {name}: <Address>{baseUrl}</Address>, when you run a prompt or an experiment
                </li>
              ))}
            </ul>
          )}{' '}
          <Way to="/playground">Change</Way>
        </Fact>
        <Fact name="Updates">Off: Spoor does not check for updates.</Fact>
        <Fact name="Links">Open in your browser, when you click them.</Fact>
      </dl>
    </Section>
  );
}

function Address({ children }: { readonly children: ReactNode }) {
  return <code className="font-mono break-all">{children}</code>;
}

function Way({ to, children }: { readonly to: string; readonly children: ReactNode }) {
  return (
    <Link href={to} className="text-accent hover:underline">
      {children}
    </Link>
  );
}
