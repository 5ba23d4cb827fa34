import { CircleAlert } from 'lucide-react';
import { createContext, type ReactNode, useContext } from 'react';

/** What the frame says above every screen: a screen that failed of it does not say it again. Null: nothing. */
export const SaidAbove = createContext<string | null>(null);

/** What went wrong, in a sentence, with the way on beside it. */
export function Notice({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  const said = useContext(SaidAbove);
  if (said !== null && children === said) return null;
  return (
    <div role="alert" className="flex items-start gap-2 border-b border-line bg-error-ground px-3.5 py-2">
      <CircleAlert size={15} className="mt-0.5 shrink-0 text-error" aria-hidden />
      <div className="min-w-0 grow">
        <div className="font-medium text-error">{title}</div>
        {children !== undefined && <div className="text-secondary">{children}</div>}
      </div>
      {action}
    </div>
  );
}
