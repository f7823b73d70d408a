// `npm run bench`: runs the benchmarks on Node 24 with the arguments after `--`.
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { runChild } from './run-child.mjs';
import { root, runScript } from './toolchain.mjs';

await runScript(async () => {
  const runtime = await prepare();
  return runChild(runtime, [join(root, 'bench', 'main.ts'), ...process.argv.slice(2)]);
});
