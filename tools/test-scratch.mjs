// Loaded into every test process: gives it a temporary folder of its own inside the run's, and notes at its end what
// it has left there. Its children inherit the folder, and by its name what they leave is known for theirs.
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { root } from './toolchain.mjs';

const RUN = process.env.MOORLINE_TEST_RUN;
// What programs that are not ours leave in any temporary folder.
const FOREIGN =
  /^(node-compile-cache|playwright|\.org\.chromium|org\.chromium|\.com\.google|hsperfdata|v8-)/;

if (RUN && isMainThread && process.env.NODE_TEST_CONTEXT && !process.env.MOORLINE_TEST_FILE) {
  const file = relative(root, process.argv[1] ?? '');
  const scratch = mkdtempSync(`${RUN}/`);
  // The database's account passes through it.
  chmodSync(scratch, 0o711);
  process.env.MOORLINE_TEST_FILE = file;
  process.env.TMPDIR = scratch;
  const running = join(RUN, 'running', String(process.pid));
  writeFileSync(running, file);
  process.on('exit', () => {
    const left = readdirSync(scratch).filter((name) => !FOREIGN.test(name));
    if (left.length > 0) appendFileSync(join(RUN, 'left-behind'), `${file}: ${left.join(', ')}\n`);
    rmSync(scratch, { recursive: true, force: true });
    rmSync(running, { force: true });
  });
}
