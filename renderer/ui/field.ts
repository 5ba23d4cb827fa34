/** Fields of forms, and their labels. */
export const FIELD = 'h-[27px] rounded border border-line-strong bg-background px-1.5';
export const LABEL = 'flex flex-col gap-0.5 text-sm text-secondary';
