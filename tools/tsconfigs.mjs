// Writes every package's tsconfig.json from architecture.json and its package.json, so that the compiler
// itself keeps the environments apart. `--check` writes nothing and fails when one is out of date.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const law = JSON.parse(readFileSync(join(root, 'architecture.json'), 'utf8'));
const check = process.argv.includes('--check');

// TypeBox schemas are their own types: writing each type out for isolatedDeclarations would say it twice.
const INFERRED_EXPORTS = new Set(['contracts', 'console']);
const LIBRARIES = {
  any: { lib: ['ES2024', 'ESNext.Disposable', 'WebWorker'] },
  node: { lib: ['ES2024', 'ESNext.Disposable'], types: ['node'] },
  browser: {
    lib: ['ES2024', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
    types: ['vite/client'],
    jsx: 'react-jsx',
    module: 'ESNext',
    moduleResolution: 'bundler',
  },
};

const folders = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(join(root, parent))
    .filter((name) => existsSync(join(root, parent, name, 'package.json')))
    .map((name) => ({ parent, name })),
);
const folderOf = new Map(
  folders.map(({ parent, name }) => [`@moorline/${name}`, `${parent}/${name}`]),
);

const files = new Map();
for (const { parent, name } of folders) {
  const manifest = JSON.parse(readFileSync(join(root, parent, name, 'package.json'), 'utf8'));
  const environment = law.packages[name]?.environment;
  if (!environment) throw new Error(`architecture.json does not name the package ${name}`);
  const references = Object.keys(manifest.dependencies ?? {})
    .filter((dependency) => folderOf.has(dependency))
    .map((dependency) => ({ path: `../../${folderOf.get(dependency)}` }));
  files.set(`${parent}/${name}/tsconfig.json`, {
    extends: '../../tsconfig.base.json',
    compilerOptions: {
      ...LIBRARIES[environment],
      ...(INFERRED_EXPORTS.has(name) ? { isolatedDeclarations: false } : {}),
      rootDir: 'src',
      outDir: `../../.build/types/${name}`,
      tsBuildInfoFile: `../../.build/types/${name}.tsbuildinfo`,
    },
    include: ['src'],
    exclude: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'src/**/*.fixture.ts'],
    references,
  });
}
const everything = folders.map(({ parent, name }) => ({ path: `./${parent}/${name}` }));
files.set('tsconfig.tests.json', {
  extends: './tsconfig.base.json',
  compilerOptions: {
    ...LIBRARIES.node,
    lib: ['ES2024', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
    isolatedDeclarations: false,
    rootDir: '.',
    outDir: './.build/types/tests',
    tsBuildInfoFile: './.build/types/tests.tsbuildinfo',
  },
  include: [
    'packages/*/src/**/*.test.ts',
    'packages/*/src/**/*.fixture.ts',
    'apps/*/src/**/*.test.ts',
    'apps/*/src/**/*.fixture.ts',
    'tools/**/*.ts',
    'bench/**/*.ts',
  ],
  references: everything,
});
files.set('tsconfig.json', {
  files: [],
  references: [...everything, { path: './tsconfig.tests.json' }],
});

const stale = [...files].filter(([path, content]) => {
  const text = `${JSON.stringify(content, null, 2)}\n`;
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
  if (!check) writeFileSync(file, text);
  return true;
});
if (check && stale.length > 0) {
  console.error(
    `out of date: ${stale.map(([path]) => path).join(', ')}; run node tools/tsconfigs.mjs`,
  );
  process.exit(1);
}
