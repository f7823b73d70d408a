#!/usr/bin/env node
// `moorline` under any Node from 18: the built program when it is there and up to date, else the sources,
// both on Node 24.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const bundle = join(root, 'dist', 'cli.mjs');
const source = join(root, 'apps', 'cli', 'src', 'main.ts');

async function entry() {
  if (!existsSync(source)) return bundle;
  if (!existsSync(bundle)) return source;
  const { staleParts } = await import('../../../tools/sources.mjs');
  return staleParts().includes('bundles') ? source : bundle;
}

async function main() {
  const { checkMachine, findRuntime, runScript } = await import('../../../tools/toolchain.mjs');
  const program = await entry();
  if (Number(process.versions.node.split('.')[0]) >= 24) {
    await import(pathToFileURL(program).href);
    return;
  }
  await runScript(async () => {
    checkMachine();
    const { runChild } = await import('../../../tools/run-child.mjs');
    return runChild(findRuntime(), [program, ...process.argv.slice(2)]);
  });
}

await main();
