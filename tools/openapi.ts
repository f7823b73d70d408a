// Writes the OpenAPI description of both hosts to docs/api, as they serve it themselves. `--check` writes
// nothing and fails when a file is out of date.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Constellation } from '@moorline/testkit/constellation';

const folder = join(import.meta.dirname, '..', 'docs', 'api');
const check = process.argv.includes('--check');
await mkdir(folder, { recursive: true });
await using world = await Constellation.create({ devices: 0, attached: false });
for (const kind of ['tenant', 'site'] as const) {
  const response = await fetch(`${world[kind].host.ready.consoleUrl}/openapi.json`);
  const text = `${JSON.stringify(await response.json(), null, 2)}\n`;
  const file = join(folder, `openapi-${kind}.json`);
  if ((await readFile(file, 'utf8').catch(() => '')) === text) continue;
  if (check) {
    console.error(`out of date: docs/api/openapi-${kind}.json; run node tools/openapi.ts`);
    process.exitCode = 1;
  } else {
    await writeFile(file, text);
  }
}
