import { describe, expect, it } from 'vitest';
import { linkAmong, pageOfLink } from '../../electron/host/deep-link';

describe('links of ours', () => {
  it('lead to a page of ours, and to nothing else', () => {
    expect(pageOfLink('spoor://app/?q=%7B%20%7D&last=1h#/trace/abc')).toBe('?q=%7B%20%7D&last=1h#/trace/abc');
    expect(pageOfLink('spoor://app')).toBe('');
    expect(pageOfLink('SPOOR://app/#/traces')).toBe('#/traces');
    for (const other of [
      'https://example.com/',
      'spoor://evil/#/traces',
      'spoor://app@evil/#/traces',
      'spoor://app/../../etc/passwd',
      'spoor-app://app/',
      '--data-dir',
      `spoor://app/?q=${'x'.repeat(50_000)}`,
    ]) {
      expect(pageOfLink(other)).toBeNull();
    }
  });

  it('are found among the arguments of a process', () => {
    expect(linkAmong(['electron', 'main.js', 'spoor://app/#/traces'])).toBe('spoor://app/#/traces');
    expect(linkAmong(['electron', 'main.js'])).toBeNull();
  });
});
