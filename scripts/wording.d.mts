export function wording(): { ok: boolean; output: string };
export function phrasesIn(text: string): { line: number; phrase: string; instead: string }[];
export function withoutComments(text: string): string;
