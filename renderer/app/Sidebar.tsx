import clsx from 'clsx';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { isTeamPage } from '../connection/team-session';
import { WorkspaceMenu } from '../features/team/WorkspaceMenu';
import type { Navigation } from '../routing/screen';
import { useSidebarSlot } from '../stores/sidebar-slot';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { SavedViews } from './SavedViews';
import { SCREENS } from './screens';

/** For what shows beside the icons, where there is room or the navigation is open. */
const WIDE = 'hidden min-[1100px]:inline group-data-open/nav:inline';

const ABOVE = '[role="dialog"], [role="menu"]';

export function Sidebar() {
  const [location] = useLocation();
  const remarks = useSidebarSlot(({ content }) => content);
  // Where it is narrow: whether it lies open above the screen. Going somewhere closes it.
  const [openAt, setOpenAt] = useState<string | null>(null);
  if (openAt !== null && openAt !== location) setOpenAt(null);
  const isOpen = openAt === location;
  const place = useRef<HTMLElement>(null);
  useClosing(isOpen, place, () => setOpenAt(null));
  const label = isOpen ? 'Close the navigation' : 'Open the navigation';
  return (
    <div className="relative min-h-0">
      <nav
        ref={place}
        aria-label="Main"
        data-open={isOpen || undefined}
        className="group/nav absolute inset-y-0 left-0 z-20 flex w-full flex-col gap-0.5 overflow-y-auto border-r border-line bg-raised p-2 max-[1100px]:data-open:w-[240px] max-[1100px]:data-open:shadow-xl"
      >
        <div className="flex h-[34px] items-center gap-2.5 px-1.5 pb-1.5 text-lg font-semibold">
          <button
            type="button"
            aria-label={label}
            aria-expanded={isOpen}
            title={label}
            className="-mx-1 flex size-[26px] items-center justify-center rounded hover:bg-panel min-[1100px]:hidden"
            onClick={() => setOpenAt(isOpen ? null : location)}
          >
            {isOpen ? <PanelLeftClose size={15} aria-hidden /> : <PanelLeftOpen size={15} aria-hidden />}
          </button>
          <span className="hidden min-[1100px]:inline group-data-open/nav:inline">
            <Logo />
          </span>
          <span className={WIDE}>Spoor</span>
        </div>
        {isTeamPage() && <WorkspaceMenu />}
        {SCREENS.map(({ navigation }) => navigation && <Item key={navigation.to} {...navigation} />)}
        <SavedViews />
        <div className="hidden min-[1100px]:block group-data-open/nav:block">
          <ErrorBoundary what="list" subject={location}>
            {remarks}
          </ErrorBoundary>
        </div>
      </nav>
    </div>
  );
}

/** Where it lies above the screen, Escape takes it away before it leaves the screen, and so does whatever leads elsewhere. */
function useClosing(isOpen: boolean, place: RefObject<HTMLElement | null>, close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    if (!isOpen) return;
    const ended = new AbortController();
    const { signal } = ended;
    const onKey = (event: KeyboardEvent): void => {
      // A dialog or menu keeps its keys to itself.
      if (event.key !== 'Escape' || document.querySelector(ABOVE)) return;
      event.stopPropagation();
      latest.current();
    };
    const onPointer = ({ target }: PointerEvent): void => {
      if (!(target instanceof Element) || target.closest(ABOVE) || place.current?.contains(target)) return;
      latest.current();
    };
    const onClick = ({ target }: MouseEvent): void => {
      if (target instanceof Element && target.closest('a[href]')) latest.current();
    };
    window.addEventListener('keydown', onKey, { capture: true, signal });
    window.addEventListener('pointerdown', onPointer, { capture: true, signal });
    place.current?.addEventListener('click', onClick, { signal });
    window.matchMedia('(min-width: 1100px)').addEventListener('change', () => latest.current(), { signal });
    return () => ended.abort();
  }, [isOpen, place]);
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
      <span className={clsx(WIDE, 'grow')}>{title}</span>
      {Badge && (
        <span className={clsx(WIDE, 'font-mono text-xs', !current && 'text-faint')}>
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
