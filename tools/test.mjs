// `npm test`: sets up what is missing, then runs the tests; arguments after `--` are files or parts of paths.
// The last line is `tests: N passed, N failed, N skipped`; exit code 1 when one failed or none ran.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { provideChromium } from './chromium.mjs';
import { prepare } from './prepare.mjs';
import { root, runScript } from './toolchain.mjs';

const counts = { passed: 0, failed: 0, skipped: 0 };

await runScript(async () => {
  const runtime = await prepare();
  const chromium = await provideChromium();
  if (!chromium) {
    console.log(
      [
        '',
        '!!! No Chromium was found, and none could be installed: every test of the console in a browser is SKIPPED.',
        '!!! Install it (Debian: apt-get install chromium) or set CHROMIUM to its path, then run npm test again.',
        '',
      ].join('\n'),
    );
  }
  const child = spawn(runtime, [join(root, 'tools', 'run-tests.mjs'), ...process.argv.slice(2)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...(chromium ? { CHROMIUM: chromium } : { MOORLINE_NO_CHROMIUM: '1' }) },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('message', (message) => Object.assign(counts, message));
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
});

console.log(`tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
