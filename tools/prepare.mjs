// Everything a checkout needs before its code runs: dependencies, Node 24, the build.
import { build } from './build.mjs';
import { installDependencies } from './install.mjs';
import { checkMachine, findRuntime } from './toolchain.mjs';

/** Sets up what is missing and answers the path of Node 24. */
export async function prepare(options = { build: true }) {
  checkMachine();
  await installDependencies();
  const runtime = findRuntime();
  if (options.build) await build(runtime);
  return runtime;
}
