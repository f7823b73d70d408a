import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../../dist/console', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // The pages' content security policy allows no inline scripts, and every target knows modulepreload.
    modulePreload: { polyfill: false },
    // A data: URL would need an exception in that policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      // Schemas of the contracts are built at import; the console uses only their types and the paths.
      treeshake: { moduleSideEffects: (id) => !/\/packages\/(contracts|model|kernel)\//.test(id) },
    },
  },
});
