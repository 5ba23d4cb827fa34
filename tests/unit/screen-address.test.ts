/** An address without `#` leads to its screen. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SCREEN_NAMES, screenAddress } from '../../services/net/screen-address';

it('knows every screen that the renderer has', () => {
  const screens = join('renderer', 'screens');
  const names = readdirSync(screens).flatMap((folder) => {
    const files = readdirSync(join(screens, folder)).filter((file) => /\.tsx?$/.test(file));
    const texts = files.map((file) => readFileSync(join(screens, folder, file), 'utf8')).join('\n');
    const constant = (name: string): string => texts.match(new RegExp(`const ${name} = '([^']+)'`))?.[1] ?? name;
    const paths = [...texts.matchAll(/<Route\b[^>]*? path=(?:"([^"]+)"|\{(\w+)\})/g)];
    return paths.map(([, path, name]) => (path ?? constant(name as string)).split('/')[1]);
  });
  expect(new Set(names)).toEqual(new Set(SCREEN_NAMES));
});

it('keeps what comes behind it, and knows no others', () => {
  const at = (path: string) => screenAddress(`http://127.0.0.1:1${path}`);
  expect(at('/traces')).toBe('/#/traces');
  expect(at('/traces?q=%7B%20status%20%3D%20error%20%7D')).toBe('/#/traces?q=%7B%20status%20%3D%20error%20%7D');
  expect(at('/trace/0af7651916cd43dd8448eb211c80319c/b7ad6b7169203331')).toBe(
    '/#/trace/0af7651916cd43dd8448eb211c80319c/b7ad6b7169203331',
  );
  for (const path of [
    '/',
    '/v1/traces',
    '/tracesx',
    '//traces',
    '//evil.example/traces',
    '/assets/traces',
    '/Traces',
  ]) {
    expect(at(path)).toBeNull();
  }
});
