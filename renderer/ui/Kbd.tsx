/** A key, shown where its action is. */
export function Kbd({ children }: { readonly children: string }) {
  return (
    <kbd className="rounded border border-line-strong bg-raised px-1 font-mono text-[10px] leading-4 text-secondary">
      {children}
    </kbd>
  );
}
