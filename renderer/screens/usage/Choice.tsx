interface ChoiceProps<Name extends string> {
  /** What is chosen, for those who hear the page. */
  readonly label: string;
  readonly names: readonly Name[];
  readonly chosen: Name;
  readonly titleOf: (name: Name) => string;
  readonly onChoose: (name: Name) => void;
}

/** One of a few. */
export function Choice<Name extends string>({ label, names, chosen, titleOf, onChoose }: ChoiceProps<Name>) {
  return (
    <fieldset className="flex overflow-hidden rounded-md border border-line-strong">
      <legend className="sr-only">{label}</legend>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === chosen}
          className="h-[24px] px-2.5 text-sm text-secondary hover:bg-raised aria-pressed:bg-accent-ground aria-pressed:font-semibold aria-pressed:text-accent"
          onClick={() => onChoose(name)}
        >
          {titleOf(name)}
        </button>
      ))}
    </fieldset>
  );
}
