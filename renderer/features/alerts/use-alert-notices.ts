import { useEffect, useRef } from 'react';
import { firingText } from './alert-text';
import { isTold, useAlertRules } from './use-alert-rules';

/** The system tells of alerts that begin while nobody looks at the page. @param onOpen somebody clicks on it */
export function useAlertNotices(onOpen: () => void): void {
  const { data } = useAlertRules();
  const told = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (!data) return;
    const firing = data.filter((rule) => isTold(rule, Date.now()));
    const before = told.current;
    told.current = new Set(firing.map(keyOf));
    // What was on when the page was opened is no news.
    if (before === null || document.hasFocus() || noticeState() !== 'granted') return;
    for (const rule of firing) {
      if (before.has(keyOf(rule))) continue;
      const notice = new Notification(rule.name, { body: firingText(rule), tag: rule.id });
      notice.onclick = () => {
        window.focus();
        onOpen();
      };
    }
  }, [data, onOpen]);
}

/** Null: this browser has none, or not on such a page. */
export function noticeState(): NotificationPermission | null {
  return 'Notification' in window && window.isSecureContext ? Notification.permission : null;
}

function keyOf({ id, firingSince }: { readonly id: string; readonly firingSince: string | null }): string {
  return `${id} ${firingSince}`;
}
