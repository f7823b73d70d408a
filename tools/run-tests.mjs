// Runs the test files on Node 24's own runner and reports the counts over IPC to tools/test.mjs.
import { globSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { root } from './toolchain.mjs';

const CONCURRENCY = 2;
const FILE_TIMEOUT_MS = 480_000;
const WATCHDOG = new URL('./test-watchdog.mjs', import.meta.url).href;
const PATTERNS = [
  'packages/*/src/**/*.test.ts',
  'apps/*/src/**/*.test.ts',
  'tools/**/*.test.ts',
  'bench/**/*.test.ts',
];
// Node 24 announces the stripping of types in nothing that these tests are about.
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', `--import=${WATCHDOG}`];

const wanted = process.argv.slice(2).filter((argument) => argument !== '--');
const files = PATTERNS.flatMap((pattern) => globSync(pattern, { cwd: root }))
  .map((file) => join(root, file))
  .filter((file) => wanted.length === 0 || wanted.some((text) => matches(file, text)))
  .sort();

if (files.length === 0) {
  console.log(
    wanted.length > 0 ? `no test file matches ${wanted.join(' ')}` : 'there are no tests',
  );
  process.exitCode = 1;
} else {
  await runFiles();
}

function matches(file, text) {
  const path = relative(root, file).split(sep).join('/');
  return path.includes(text.replaceAll('\\', '/')) || resolve(text) === file;
}

async function runFiles() {
  // The runner's own time-out is a test's, not a file's.
  process.env.MOORLINE_TEST_FILE_TIMEOUT_MS ??= String(FILE_TIMEOUT_MS);
  const events = run({
    files,
    cwd: root,
    concurrency: CONCURRENCY,
    execArgv: NODE_FLAGS,
  });
  let summary;
  events.on('test:summary', (event) => {
    if (event.file === undefined) summary = event;
  });
  await pipeline(events.compose(spec), process.stdout, { end: false });
  const { counts } = summary ?? {
    counts: { passed: 0, failed: 1, cancelled: 0, skipped: 0, todo: 0 },
  };
  const failed = counts.failed + counts.cancelled;
  process.send?.({ passed: counts.passed, failed, skipped: counts.skipped + counts.todo });
  process.exitCode = failed > 0 || summary?.success === false ? 1 : 0;
}
