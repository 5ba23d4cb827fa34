/** Keys that work on a whole screen. Typing in a field is never taken away from it. */
import { useEffect, useRef } from 'react';

export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Keys are named as `event.key`, with `Mod+` for Ctrl or Cmd; letters in lower case. */
export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey) return;
      const mod = event.ctrlKey || event.metaKey;
      if (!mod && (isTyping(event.target) || (event.key === 'Enter' && isPressed(event.target)))) return;
      // A dialog or menu keeps its keys to itself.
      if (!mod && document.querySelector('[role="dialog"]')) return;
      const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const run = latest.current[(mod ? 'Mod+' : '') + name];
      if (!run) return;
      event.preventDefault();
      run(event);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** A list that is walked through by keys has Enter for its rows, and no longer for the link that led to it. */
export function takeEnter(): void {
  if (document.activeElement instanceof HTMLElement && isPressed(document.activeElement)) document.activeElement.blur();
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // Nothing is written into a box that is ticked.
  if (target instanceof HTMLInputElement && /^(checkbox|radio)$/.test(target.type)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Enter on a button or link presses that. */
function isPressed(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a[href], [role="tab"], summary') !== null;
}
