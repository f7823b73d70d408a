import { join } from 'node:path';
import { nearest } from '@moorline/kernel';
import { type Figure, table, writeReport } from './report.ts';
import { measureActions } from './suites/actions.ts';
import { measureAgent } from './suites/agent.ts';
import { measureChannel } from './suites/channel.ts';
import { measureUpload } from './suites/upload.ts';
import { measureVisible } from './suites/visible.ts';

const SUITES: Readonly<Record<string, () => Promise<Figure[]>>> = {
  upload: measureUpload,
  visible: measureVisible,
  actions: measureActions,
  channel: measureChannel,
  agent: measureAgent,
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(SUITES, name));
if (unknown !== undefined) {
  const near = nearest(unknown, Object.keys(SUITES));
  console.error(
    `There is no suite ${unknown}.${near ? ` Did you mean ${near}?` : ''} Suites: ${Object.keys(SUITES).join(', ')}`,
  );
  process.exit(2);
}

const figures: Figure[] = [];
for (const [name, measure] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`${name} …`);
  figures.push(...(await measure()));
}
const file = await writeReport(join(import.meta.dirname, 'results'), figures);
console.log(`\n${table(figures)}\n\nwritten to ${file}`);
