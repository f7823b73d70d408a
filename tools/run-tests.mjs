// Runs the test files on Node 24's own runner and reports the counts over IPC to tools/test.mjs.
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { openTestRun } from './test-run.mjs';
import { root } from './toolchain.mjs';

// Many tests wait for other processes, for the disk, or for time itself: one file more than there are cores.
const CONCURRENCY = Number(process.env.MOORLINE_TEST_CONCURRENCY) || availableParallelism() + 1;
const FILE_TIMEOUT_MS = 480_000;
const PRELOADS = ['./test-scratch.mjs', './test-watchdog.mjs'];
const PATTERNS = [
  'packages/*/src/**/*.test.ts',
  'apps/*/src/**/*.test.ts',
  'tools/**/*.test.ts',
  'bench/**/*.test.ts',
];
/** Files that take longest are begun first, so that none of them is still running when all else is done. */
const LONGEST = [/chaos/, /\.e2e\./, /apps\/|testkit\/|embedded\/|simulator\//, /federation\//];
// Node 24 announces the stripping of types in nothing that these tests are about.
const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  ...PRELOADS.map((file) => `--import=${new URL(file, import.meta.url).href}`),
];

const wanted = process.argv.slice(2).filter((argument) => argument !== '--');
const files = PATTERNS.flatMap((pattern) => globSync(pattern, { cwd: root }))
  .map((file) => join(root, file))
  .filter((file) => wanted.length === 0 || wanted.some((text) => matches(file, text)))
  .sort((one, other) => rankOf(one) - rankOf(other) || (one < other ? -1 : 1));

if (files.length === 0) {
  console.log(
    wanted.length > 0 ? `no test file matches ${wanted.join(' ')}` : 'there are no tests',
  );
  process.exitCode = 1;
} else {
  await runFiles();
}

function pathOf(file) {
  return relative(root, file).split(sep).join('/');
}

function matches(file, text) {
  return pathOf(file).includes(text.replaceAll('\\', '/')) || resolve(text) === file;
}

function rankOf(file) {
  const rank = LONGEST.findIndex((pattern) => pattern.test(pathOf(file)));
  return rank < 0 ? LONGEST.length : rank;
}

async function runFiles() {
  // The runner's own time-out is a test's, not a file's.
  process.env.MOORLINE_TEST_FILE_TIMEOUT_MS ??= String(FILE_TIMEOUT_MS);
  const limitMs = Number(process.env.MOORLINE_TEST_FILE_TIMEOUT_MS);
  const testRun = await openTestRun(limitMs);
  Object.assign(process.env, testRun.environment);
  const events = run({
    files,
    cwd: root,
    concurrency: CONCURRENCY,
    execArgv: NODE_FLAGS,
  });
  let summary;
  const failures = [];
  events.on('test:summary', (event) => {
    if (event.file === undefined) summary = event;
  });
  events.on('test:fail', ({ name, file, details, todo, skip }) => {
    if (todo !== undefined || skip !== undefined || details.type === 'suite') return;
    failures.push(`${file ? pathOf(file) : ''}: ${name}`);
  });
  await pipeline(events.compose(spec), process.stdout, { end: false });
  const leftBehind = await testRun.close();
  if (leftBehind.length > 0) {
    console.log(`\nleft behind by tests, and removed now:\n  ${leftBehind.join('\n  ')}`);
  }
  if (failures.length > 0) console.log(`\nfailed:\n  ${failures.join('\n  ')}`);
  const { counts } = summary ?? {
    counts: { passed: 0, failed: 1, cancelled: 0, skipped: 0, todo: 0 },
  };
  const failed = counts.failed + counts.cancelled;
  process.send?.({ passed: counts.passed, failed, skipped: counts.skipped + counts.todo });
  process.exitCode = failed > 0 || summary?.success === false ? 1 : 0;
}
