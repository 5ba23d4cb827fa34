import { resolve } from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { compression } from 'vite-plugin-compression2';

// Electron 25, the oldest shell we run on, loads no ES modules in main or preload: both are CommonJS.
const commonJs = { format: 'cjs' as const, entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' };

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node18',
      sourcemap: true,
      // Part of the bundle: zstddec as an ES module, which the oldest shell cannot require; the others because most threads load some of
      // them at the start, and a bundle has only what is used of them.
      externalizeDeps: { exclude: ['zstddec', 'zod', 're2js', 'hono', '@hono/node-server', 'fflate', 'jsonc-parser'] },
      rollupOptions: {
        input: {
          index: resolve('electron/main/index.ts'),
          cli: resolve('electron/cli/cli.ts'),
          server: resolve('server/main.ts'),
          'server-ingest.worker': resolve('server/ingest.worker.ts'),
          'store.worker': resolve('workers/store/store.worker.ts'),
          'ingest.worker': resolve('workers/ingest/ingest.worker.ts'),
          'body-reader.worker': resolve('services/ingest/bodies/body-reader.worker.ts'),
          'file-reader.worker': resolve('workers/ingest/file-reader.worker.ts'),
          'timeline.worker': resolve('workers/timeline/timeline.worker.ts'),
          'sync.worker': resolve('workers/sync/sync.worker.ts'),
          'gateway.worker': resolve('workers/gateway/gateway.worker.ts'),
        },
        output: commonJs,
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      target: 'node18',
      rollupOptions: { input: { index: resolve('electron/preload/index.ts') }, output: commonJs },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [
      react(),
      tailwindcss(),
      compression({ include: /\.(js|css|svg)$/, algorithms: ['brotliCompress', 'gzip'] }),
    ],
    build: {
      outDir: resolve('out/renderer'),
      target: 'chrome114',
      minify: true,
      // Their licenses want to be passed on with what is bundled.
      license: { fileName: 'licenses.md' },
      // The content security policy loads fonts from files alone.
      assetsInlineLimit: 0,
      rollupOptions: { input: resolve('renderer/index.html') },
    },
  },
});
