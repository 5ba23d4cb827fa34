import { Command } from 'cmdk';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { parseTraceId } from '../../core/model/ids';
import { shareableLink } from '../connection/shareable-link';
import { isTeamPage } from '../connection/team-session';
import { useSampleDialog } from '../features/sample/sample-dialog-store';
import { useSettings } from '../stores/settings-store';
import { SCREENS } from './screens';

interface CommandPaletteProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onHelp: () => void;
}

/** Ctrl/Cmd+K: go somewhere, or paste a trace id. */
export function CommandPalette({ open, onOpenChange, onHelp }: CommandPaletteProps) {
  const [, navigate] = useLocation();
  const [text, setText] = useState('');
  const { setTheme } = useSettings();
  const traceId = parseTraceId(text.trim());
  const run = (action: () => void) => () => {
    onOpenChange(false);
    setText('');
    action();
  };
  const item =
    'flex h-8 cursor-pointer items-center rounded-md px-2 data-[selected=true]:bg-accent-ground data-[selected=true]:text-accent';
  return (
    <Command.Dialog
      open={open}
      onOpenChange={onOpenChange}
      label="Commands"
      overlayClassName="fixed inset-0 bg-black/30"
      contentClassName="fixed top-[18%] left-1/2 w-[520px] max-w-[92vw] -translate-x-1/2 rounded-lg border border-line-strong bg-panel p-2 shadow-xl"
    >
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Go to, or paste a trace id"
        className="mb-2 h-8 w-full border-b border-line bg-transparent px-2 outline-none"
      />
      <Command.List>
        <Command.Empty className="px-2 py-3 text-secondary">Nothing has that name.</Command.Empty>
        {traceId && (
          <Command.Item className={item} value={text} onSelect={run(() => navigate(`/trace/${traceId}`))}>
            Open trace {traceId}
          </Command.Item>
        )}
        {SCREENS.map(
          ({ navigation }) =>
            navigation && (
              <Command.Item key={navigation.to} className={item} onSelect={run(() => navigate(navigation.to))}>
                {navigation.title}
              </Command.Item>
            ),
        )}
        {SCREENS.flatMap(({ commands = [] }) => commands).map(({ title, to }) => (
          <Command.Item key={to} className={item} onSelect={run(() => navigate(to))}>
            {title}
          </Command.Item>
        ))}
        <Command.Item className={item} onSelect={run(() => void navigator.clipboard.writeText(shareableLink()))}>
          Copy link to this view
        </Command.Item>
        {!isTeamPage() &&
          ['Load sample', 'Remove sample'].map((title) => (
            <Command.Item key={title} className={item} onSelect={run(() => useSampleDialog.getState().setOpen(true))}>
              {title}
            </Command.Item>
          ))}
        <Command.Item className={item} onSelect={run(onHelp)}>
          Keys
        </Command.Item>
        {(['light', 'dark', 'system'] as const).map((theme) => (
          <Command.Item key={theme} className={item} onSelect={run(() => setTheme(theme))}>
            Theme: {theme}
          </Command.Item>
        ))}
      </Command.List>
    </Command.Dialog>
  );
}
