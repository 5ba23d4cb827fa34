/** What tells the sample from what programs sent: an attribute of every resource in it. It is shown, searched and removed by this alone. */
export const SAMPLE_ATTRIBUTE = 'spoor.sample';

export const SAMPLE_RESOURCE = { [SAMPLE_ATTRIBUTE]: true } as const;

/** Its traces, in TraceQL. */
export const SAMPLE_QUERY = `{ resource.${SAMPLE_ATTRIBUTE} = true }`;
