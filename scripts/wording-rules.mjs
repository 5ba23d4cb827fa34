/**
 * Phrases that stay out of texts for users (docs/style.md), each with what to write instead. `npm run check` looks for them in string literals
 * and JSX text of the product and in README.md, CONTRIBUTING.md and docs/*.md; comments and ADRs are not checked. Case does not matter.
 * Keep to phrases that are always wrong: a rule that needs exceptions belongs in docs/style.md alone.
 */
export const WORDING = [
  [/\bcalls? of (?:a )?models?\b/, 'model call'],
  [/\bcalls? of (?:a )?tools?\b/, 'tool call'],
  [/\bcall of a model or a tool\b/, 'model or tool call'],
  [/\b(?:is|are|was|were|been|be) looked at\b/, 'is examined, checked or evaluated'],
  [/\bnobody (?:knows|foresaw|reads|named|said|has said)\b/i, 'say what is unknown: "The price is unknown."'],
  [/\b(?:that|who|which) (?:is|are) told\b/, 'receives, is notified'],
  [/\b(?:is|are) told (?:so|again|of|at once|what)\b/, 'is notified, is sent, is repeated'],
  [/\btells? it to nobody\b/, 'is never shown'],
  [/\b(?:is|are) (?:right|true) in nothing\b/, 'scores 0'],
  [/\btakes a member\b/, 'say who to ask: "Ask for the member role."'],
  [/\bwhile I am elsewhere\b/, 'Enable notifications'],
  [/\bof (?:which|whom) (?:any|no|none|each)\b/, 'with, without or whose'],
  [/\bbeyond (?:its|their|the) threshold\b/, 'exceeds the threshold'],
  [/\b(?:looked|look) into by\b/, 'read by'],
  [/\bby two at once\b/, 'conflicting changes'],
  [/\bthe period before it\b/, 'previous period'],
  [/\blimit of (?:the )?rate\b/, 'rate limit'],
  [/\bskew of (?:the )?clocks?\b/, 'clock skew'],
  [/\bin vain\b/, 'without effect'],
];
