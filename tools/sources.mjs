// Content hashes of what a build is made from: equal hashes, nothing to build.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './toolchain.mjs';

export const BUNDLES = ['tenant', 'site', 'agent', 'cli', 'simulator'];
/** The folder of a bundle's `src/main.ts`. */
export const folderOf = (name) => (name === 'simulator' ? `packages/${name}` : `apps/${name}`);
export const DIST = join(root, 'dist');
const STAMP = join(DIST, '.stamp.json');

/** What of the build is missing or older than its sources. */
export function staleParts() {
  const stamp = readStamp();
  const wanted = sourceHashes();
  const present = {
    bundles: BUNDLES.every((name) => existsSync(join(DIST, `${name}.mjs`))),
    console: existsSync(join(DIST, 'console', 'index.html')),
  };
  return ['bundles', 'console'].filter((part) => !present[part] || stamp[part] !== wanted[part]);
}

export function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'));
  } catch {
    return {};
  }
}

export const stampFile = STAMP;

/** `{ bundles, console }`: SHA-256 over the paths and contents of their sources, tests left out. */
export function sourceHashes() {
  const tools = ['package-lock.json', 'tools/build.mjs', 'tools/compress.mjs'];
  const packages = foldersIn('packages');
  const apps = BUNDLES.map(folderOf).filter((folder) => folder.startsWith('apps/'));
  return {
    bundles: hashOf([...tools, ...packages, ...apps]),
    console: hashOf([...tools, ...packages, 'apps/console']),
  };
}

function foldersIn(parent) {
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesUnder).sort()) {
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

const SKIPPED =
  /(^|\/)(node_modules|dist|test-output)(\/|$)|\.test\.tsx?$|\.md$|^packages\/testkit(\/|$)/;

function filesUnder(path) {
  if (SKIPPED.test(path) || !existsSync(join(root, path))) return [];
  if (!/^(packages|apps)\//.test(path)) return [path];
  return walk(path);
}

function walk(path) {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const child = `${path}/${entry.name}`;
    if (SKIPPED.test(child)) return [];
    return entry.isDirectory() ? walk(child) : entry.isFile() ? [child] : [];
  });
}
