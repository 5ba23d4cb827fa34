/** Who is here, what may send, and what was changed. */
import { Tabs } from 'radix-ui';
import { useLocation } from 'wouter';
import { useMe } from '../../hooks/use-me';
import { PageHeader } from '../../ui/PageHeader';
import { ActivityList } from './ActivityList';
import { AuditLog } from './AuditLog';
import { Members } from './Members';
import { Projects } from './Projects';
import { Webhooks } from './Webhooks';

const TABS = [
  { id: 'members', title: 'Members', permission: 'members:read', screen: Members },
  { id: 'keys', title: 'Projects and keys', permission: 'projects:read', screen: Projects },
  { id: 'activity', title: 'Activity', permission: 'telemetry:read', screen: ActivityList },
  { id: 'webhooks', title: 'Webhooks', permission: 'webhooks:read', screen: Webhooks },
  { id: 'audit', title: 'Audit log', permission: 'audit:read', screen: AuditLog },
] as const;

export function TeamPage({ tab }: { readonly tab: string }) {
  const me = useMe();
  const [, navigate] = useLocation();
  if (!me) return null;
  const shown = TABS.filter(({ permission }) => me.permissions.includes(permission));
  return (
    <Tabs.Root
      value={shown.some(({ id }) => id === tab) ? tab : 'members'}
      onValueChange={(id) => navigate(`/team/${id}`)}
      className="flex h-full flex-col"
    >
      <PageHeader>
        <h1 className="font-semibold">Team</h1>
        <Tabs.List aria-label="Team" className="flex h-full gap-1">
          {shown.map(({ id, title }) => (
            <Tabs.Trigger
              key={id}
              value={id}
              className="border-b-2 border-transparent px-2.5 font-medium text-secondary hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
            >
              {title}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
      </PageHeader>
      {shown.map(({ id, screen: Screen }) => (
        <Tabs.Content key={id} value={id} className="min-h-0 grow overflow-y-auto bg-panel">
          <Screen me={me} />
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
