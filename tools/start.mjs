// `npm start`: sets up what is missing, then runs `moorline up` with the arguments after `--`.
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { runChild } from './run-child.mjs';
import { root, runScript } from './toolchain.mjs';

const started = Date.now();

await runScript(async () => {
  const runtime = await prepare();
  return runChild(runtime, [join(root, 'dist', 'cli.mjs'), 'up', ...process.argv.slice(2)], {
    tied: true,
    env: { MOORLINE_STARTED_AT: String(started) },
  });
});
