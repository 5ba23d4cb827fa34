/** `@name` in what people write. */
import type { NamedRef } from '../../../core/api/sync-state';

/** Who is meant, by their whole names. @returns ids */
export function mentionsIn(text: string, team: readonly NamedRef[]): string[] {
  return team.filter(({ name }) => name !== '' && text.includes(`@${name}`)).map(({ id }) => id);
}

/** Who could be meant by what is being typed; empty: no name is. */
export function suggestionsFor(text: string, team: readonly NamedRef[]): readonly NamedRef[] {
  const typed = /(?:^|\s)@([^\s@]*)$/.exec(text)?.[1]?.toLowerCase();
  if (typed === undefined) return [];
  return team.filter(({ name }) => name.toLowerCase().startsWith(typed)).slice(0, 6);
}

/** The text with the name that was being typed made whole. */
export function completed(text: string, name: string): string {
  return `${text.replace(/@[^\s@]*$/, '')}@${name} `;
}

/** The text in pieces, those that are names marked. */
export function piecesOf(text: string, team: readonly NamedRef[]): readonly { text: string; isName: boolean }[] {
  const names = team.flatMap(({ name }) => (name === '' ? [] : `@${name}`)).sort((a, b) => b.length - a.length);
  const pieces: { text: string; isName: boolean }[] = [];
  let plain = '';
  for (let at = 0; at < text.length; ) {
    const name = text[at] === '@' ? names.find((one) => text.startsWith(one, at)) : undefined;
    if (name === undefined) {
      plain += text[at++];
      continue;
    }
    if (plain !== '') pieces.push({ text: plain, isName: false });
    plain = '';
    pieces.push({ text: name, isName: true });
    at += name.length;
  }
  return plain === '' ? pieces : [...pieces, { text: plain, isName: false }];
}
