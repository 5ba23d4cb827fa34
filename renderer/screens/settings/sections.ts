/** Sections of the settings, in the order of the screen; each has an address and a place in the palette. */
export const SECTIONS = [
  { name: 'retention', title: 'Retention' },
  { name: 'redaction', title: 'Redaction' },
  { name: 'receivers', title: 'Receivers and ports' },
  { name: 'forwarding', title: 'Forwarding' },
  { name: 'appearance', title: 'Appearance' },
  { name: 'access', title: 'Agents and other tools' },
  { name: 'outgoing', title: 'What leaves this machine' },
  { name: 'diagnostics', title: 'Diagnostics' },
] as const;

export type SectionName = (typeof SECTIONS)[number]['name'];
