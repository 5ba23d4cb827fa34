/** Whether a search for words looks into the values of a key. */
export type SearchesKey = (key: string) => boolean;

export const EVERY_KEY: SearchesKey = () => true;
