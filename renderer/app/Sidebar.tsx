import clsx from 'clsx';
import * as lucide from 'lucide-react';
import type { ComponentType, ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { formatCompact } from '../../core/model/format';
import { isTeamPage } from '../connection/team-session';
import { useFiring } from '../features/alerts/use-alert-rules';
import { useUnseenHits } from '../features/guardrails/use-unseen-hits';
import { WorkspaceMenu } from '../features/team/WorkspaceMenu';
import { useStatus } from '../hooks/use-status';
import { useUnreadComments } from '../hooks/use-team-events';
import { useSidebarSlot } from '../stores/sidebar-slot';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { SavedViews } from './SavedViews';

export function Sidebar() {
  const status = useStatus();
  const unseen = useUnseenHits().length;
  const firing = useFiring().length;
  const comments = useUnreadComments().length;
  const [location] = useLocation();
  const remarks = useSidebarSlot(({ content }) => content);
  return (
    <nav aria-label="Main" className="flex min-h-0 flex-col gap-0.5 overflow-y-auto border-r border-line bg-raised p-2">
      <div className="flex h-[34px] items-center gap-2.5 px-1.5 pb-1.5 text-lg font-semibold">
        <Logo />
        <span className="hidden min-[1100px]:inline">Spoor</span>
      </div>
      {isTeamPage() && <WorkspaceMenu />}
      <Item to="/home" icon={lucide.LayoutDashboard}>
        Home
      </Item>
      <Item
        to="/traces"
        icon={lucide.ChartNoAxesGantt}
        count={status?.store.state === 'ready' ? formatCompact(status.counts.traces) : ''}
        also="/trace/"
      >
        Traces
      </Item>
      <Item to="/sessions" icon={lucide.MessagesSquare} also="/session/">
        Sessions
      </Item>
      <Item to="/agents" icon={lucide.Bot}>
        Agents
      </Item>
      <Item to="/alerts" icon={lucide.Bell} count={firing > 0 ? formatCompact(firing) : ''}>
        Alerts
      </Item>
      <Item to="/guardrails" icon={lucide.ShieldCheck} count={unseen > 0 ? formatCompact(unseen) : ''}>
        Guardrails
      </Item>
      <Item to="/playground" icon={lucide.FlaskConical}>
        Playground
      </Item>
      <Item to="/datasets" icon={lucide.Database} also="/dataset/">
        Datasets
      </Item>
      <Item to="/connect" icon={lucide.Plug}>
        Send traces
      </Item>
      {!isTeamPage() && (
        <Item to="/sync" icon={lucide.RefreshCw} count={comments > 0 ? formatCompact(comments) : ''}>
          Team sync
        </Item>
      )}
      {isTeamPage() && (
        <Item to="/team/members" icon={lucide.Users} also="/team/">
          Team
        </Item>
      )}
      <SavedViews />
      <div className="hidden min-[1100px]:block">
        <ErrorBoundary what="list" subject={location}>
          {remarks}
        </ErrorBoundary>
      </div>
    </nav>
  );
}

interface ItemProps {
  readonly to: string;
  /** Another address at which this item is the current one. */
  readonly also?: string;
  readonly icon: ComponentType<{ size?: number; className?: string }>;
  readonly count?: string;
  readonly children: ReactNode;
}

function Item({ to, also, icon: Icon, count, children }: ItemProps) {
  const [location] = useLocation();
  const current = location === to || (also !== undefined && location.startsWith(also));
  return (
    <Link
      href={to}
      aria-current={current ? 'page' : undefined}
      title={String(children)}
      className={clsx('flex h-[28px] items-center gap-2.5 rounded-md px-2 font-medium', {
        'bg-accent-ground text-accent': current,
        'text-secondary hover:bg-panel hover:text-text': !current,
      })}
    >
      <Icon size={15} className="shrink-0" />
      <span className="hidden grow min-[1100px]:inline">{children}</span>
      {count && <span className="hidden font-mono text-xs text-faint min-[1100px]:inline">{count}</span>}
    </Link>
  );
}

/** Three prints of a paw, rising. */
function Logo() {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true" className="shrink-0">
      <ellipse cx="4" cy="13" rx="2.6" ry="3.4" fill="var(--accent)" transform="rotate(-18 4 13)" />
      <ellipse cx="9.5" cy="7.5" rx="2.2" ry="3" fill="var(--accent)" opacity="0.75" transform="rotate(-18 9.5 7.5)" />
      <ellipse
        cx="14.5"
        cy="3.4"
        rx="1.8"
        ry="2.5"
        fill="var(--accent)"
        opacity="0.5"
        transform="rotate(-18 14.5 3.4)"
      />
    </svg>
  );
}
