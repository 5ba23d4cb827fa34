import { describe, expect, it } from 'vitest';
import { sourceLink } from '../../renderer/screens/trace/source-link';

function linkOf(values: Record<string, string | number>) {
  return sourceLink(
    Object.entries(values).map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
    })),
  );
}

describe('sourceLink', () => {
  it('leads to the line, by the new names and the old', () => {
    expect(linkOf({ 'code.file.path': '/src/shop.ts', 'code.line.number': 88 })).toEqual({
      label: '/src/shop.ts:88',
      url: 'vscode://file/src/shop.ts:88',
    });
    expect(linkOf({ 'code.filepath': 'C:\\src\\a b.py', 'code.lineno': 3 })?.url).toBe(
      'vscode://file/C:/src/a%20b.py:3',
    );
    expect(linkOf({ 'code.file.path': '/src/shop.ts' })?.label).toBe('/src/shop.ts');
  });

  it('does not lead where hostile text says', () => {
    expect(linkOf({ 'code.file.path': 'javascript:alert(1)' })).toBeNull();
    expect(linkOf({ 'code.file.path': '../../etc/passwd' })).toBeNull();
    expect(linkOf({ 'code.file.path': '//evil/share?x#y' })?.url).toBe('vscode://file/evil/share%3Fx%23y');
    expect(linkOf({})).toBeNull();
  });
});
