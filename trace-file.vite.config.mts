import { resolve } from 'node:path';
import { defineConfig } from 'vite';

// The script and the style of HTML files, one each: they are put into every file (core/formats/html).
export default defineConfig({
  root: 'renderer/trace-file',
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: resolve('out/trace-file'),
    emptyOutDir: true,
    target: 'chrome114',
    minify: true,
    assetsInlineLimit: 0,
    lib: {
      entry: resolve('renderer/trace-file/viewer.ts'),
      formats: ['iife'],
      name: 'viewer',
      fileName: () => 'viewer.js',
      cssFileName: 'viewer',
    },
  },
});
