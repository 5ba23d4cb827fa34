/** Says how old figures are that are not counted anew for a while. */
export function CountedAt({ asOf }: { readonly asOf: string | undefined }) {
  if (asOf === undefined) return null;
  return (
    <span className="text-sm text-secondary" title="Counting takes long here, so it is repeated within a minute.">
      as of {new Date(asOf).toLocaleTimeString('en-GB')}
    </span>
  );
}
