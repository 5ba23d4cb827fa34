import clsx from 'clsx';
import { Link, useLocation } from 'wouter';
import { isTeamPage } from '../connection/team-session';
import { WorkspaceMenu } from '../features/team/WorkspaceMenu';
import type { Navigation } from '../routing/screen';
import { useSidebarSlot } from '../stores/sidebar-slot';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { SavedViews } from './SavedViews';
import { SCREENS } from './screens';

export function Sidebar() {
  const [location] = useLocation();
  const remarks = useSidebarSlot(({ content }) => content);
  return (
    <nav aria-label="Main" className="flex min-h-0 flex-col gap-0.5 overflow-y-auto border-r border-line bg-raised p-2">
      <div className="flex h-[34px] items-center gap-2.5 px-1.5 pb-1.5 text-lg font-semibold">
        <Logo />
        <span className="hidden min-[1100px]:inline">Spoor</span>
      </div>
      {isTeamPage() && <WorkspaceMenu />}
      {SCREENS.map(({ navigation }) => navigation && <Item key={navigation.to} {...navigation} />)}
      <SavedViews />
      <div className="hidden min-[1100px]:block">
        <ErrorBoundary what="list" subject={location}>
          {remarks}
        </ErrorBoundary>
      </div>
    </nav>
  );
}

function Item({ title, icon: Icon, to, also, Badge }: Navigation) {
  const [location] = useLocation();
  const current = location === to || (also !== undefined && location.startsWith(also));
  return (
    <Link
      href={to}
      aria-current={current ? 'page' : undefined}
      title={title}
      className={clsx('flex h-[28px] items-center gap-2.5 rounded-md px-2 font-medium', {
        'bg-accent-ground text-accent': current,
        'text-secondary hover:bg-panel hover:text-text': !current,
      })}
    >
      <Icon size={15} className="shrink-0" />
      <span className="hidden grow min-[1100px]:inline">{title}</span>
      {Badge && (
        <span className="hidden font-mono text-xs text-faint min-[1100px]:inline">
          <Badge />
        </span>
      )}
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
