/** Preferences that outlive a session. */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { setTimeZone, type TimeZone } from '../ui/clock-time';

export type Theme = 'system' | 'light' | 'dark';

interface Settings {
  readonly theme: Theme;
  readonly timeZone: TimeZone;
  /** Width of the waterfall's name column and of the detail panel. */
  readonly nameWidthPx: number;
  readonly panelWidthPx: number;
  /** When the newest mark of a guardrail was made that the reader has seen, RFC 3339. */
  readonly marksSeenUntil: string;
  /** When the newest comment was written that the reader has seen on the sync page, RFC 3339. */
  readonly teamSeenUntil: string;
  setTheme(theme: Theme): void;
  setTimeZone(timeZone: TimeZone): void;
  setNameWidth(px: number): void;
  setPanelWidth(px: number): void;
  setMarksSeen(until: string): void;
  setTeamSeen(until: string): void;
}

export const useSettings = create<Settings>()(
  persist(
    (set) => ({
      theme: 'system',
      timeZone: 'local',
      nameWidthPx: 360,
      panelWidthPx: 400,
      marksSeenUntil: '',
      teamSeenUntil: '',
      setTheme: (theme) => set({ theme }),
      setTimeZone: (timeZone) => set({ timeZone }),
      setNameWidth: (px) => set({ nameWidthPx: Math.round(Math.min(Math.max(px, 160), 900)) }),
      setPanelWidth: (px) => set({ panelWidthPx: Math.round(Math.min(Math.max(px, 280), 900)) }),
      setMarksSeen: (marksSeenUntil) => set({ marksSeenUntil }),
      setTeamSeen: (teamSeenUntil) => set({ teamSeenUntil }),
    }),
    { name: 'spoor.settings' },
  ),
);

/** Times that are drawn from now on are in the zone that is set. */
export function followTimeZone(): void {
  const apply = (): void => setTimeZone(useSettings.getState().timeZone);
  apply();
  useSettings.subscribe(apply);
}

/** Keeps `data-theme` on the root element in step with the setting and the system. */
export function followTheme(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = (): void => {
    const { theme } = useSettings.getState();
    document.documentElement.dataset.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
  };
  apply();
  dark.addEventListener('change', apply);
  useSettings.subscribe(apply);
}
