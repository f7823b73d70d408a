import { join } from 'node:path';
import { type BenchCommand, parseArguments, UsageError } from './arguments.ts';
import { comparisonText } from './compare.ts';
import { type Grown, growthText } from './growth.ts';
import {
  differenceOf,
  type Figure,
  joined,
  newReport,
  type Report,
  readReport,
  writeReport,
} from './report.ts';
import { createSuiteRun, type Suite } from './suite.ts';
import { actions } from './suites/actions.ts';
import { agent } from './suites/agent.ts';
import { channel } from './suites/channel.ts';
import { checkin } from './suites/checkin.ts';
import { consoleSuite } from './suites/console.ts';
import { enrol } from './suites/enrol.ts';
import { lists } from './suites/lists.ts';
import { soak } from './suites/soak.ts';
import { storm } from './suites/storm.ts';
import { upload } from './suites/upload.ts';
import { visible } from './suites/visible.ts';
import { table } from './table.ts';

const SUITES: readonly Suite[] = [
  enrol,
  channel,
  checkin,
  upload,
  visible,
  actions,
  lists,
  consoleSuite,
  agent,
  storm,
  soak,
];
const RESULTS = join(import.meta.dirname, 'results');

process.exitCode = await main(process.argv.slice(2).filter((word) => word !== '--'));

async function main(words: readonly string[]): Promise<number> {
  let command: BenchCommand;
  try {
    const suites = SUITES.map(({ name }) => name);
    command = parseArguments(words, {
      suites,
      growing: SUITES.filter(({ sizes }) => sizes).map(({ name }) => name),
    });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
  switch (command.kind) {
    case 'help':
      console.log(usage());
      return 0;
    case 'compare':
      return compare(command.before, command.after);
    case 'run':
      return run(command);
  }
}

async function run(command: Extract<BenchCommand, { kind: 'run' }>): Promise<number> {
  const figures: Figure[] = [];
  const workloads: Record<string, string> = {};
  const failed: string[] = [];
  let before: Report | undefined;
  if (command.onto !== null) {
    try {
      before = await readReport(RESULTS, command.onto);
    } catch (error) {
      console.error(`--onto: ${error instanceof Error ? error.message : error}`);
      return 2;
    }
    const other = differenceOf(before, newReport({ isQuick: command.isQuick, figures: [] }));
    if (other !== undefined) {
      console.error(`${command.onto} is of another ${other}: a report is of one. Run all of it.`);
      return 2;
    }
  }
  for (const suite of SUITES.filter(({ name }) => command.suites.includes(name))) {
    const grown: Grown[] = [];
    for (const size of command.grows ? (suite.sizes ?? []) : [command.devices]) {
      const suiteRun = createSuiteRun({
        ...command,
        devices: size,
        resultsFolder: RESULTS,
        say: (text) => console.log(`  ${text}`),
      });
      const workload = suite.workload(suiteRun);
      workloads[suite.name] = workload;
      console.log(`\n${suite.name}: ${workload}`);
      const start = performance.now();
      try {
        const measured = await suite.measure(suiteRun);
        figures.push(...measured);
        if (size !== null) grown.push({ size, figures: measured });
        const seconds = Math.round((performance.now() - start) / 1000);
        console.log(`${table(measured)}\n(${seconds} s)`);
      } catch (error) {
        // The other suites have something to say all the same.
        failed.push(suite.name);
        console.error(`${suite.name} failed:`, error);
      }
    }
    if (command.grows) console.log(`\n${suite.name}, how it grows:\n${growthText(grown)}`);
  }
  const report = newReport({ isQuick: command.isQuick, workloads, figures });
  const file = await writeReport(RESULTS, before ? joined(before, report) : report);
  const barred = figures.filter(({ bar }) => bar);
  const missed = barred.filter(({ bar }) => !bar?.kept);
  console.log(`\n${barred.length - missed.length} of ${barred.length} bars are kept.`);
  for (const { suite, what, value, unit, bar } of missed) {
    console.log(`MISSED  ${suite}: ${what}: ${value} ${unit} (bar: ${bar?.text})`);
  }
  console.log(`written to ${file}`);
  if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`);
  return failed.length > 0 ? 1 : 0;
}

async function compare(before: string, after: string): Promise<number> {
  try {
    const reports = [await readReport(RESULTS, before), await readReport(RESULTS, after)] as const;
    console.log(comparisonText(...reports));
    return 0;
  } catch (error) {
    console.error(
      `The reports cannot be compared: ${error instanceof Error ? error.message : error}`,
    );
    return 2;
  }
}

function usage(): string {
  const width = Math.max(...SUITES.map(({ name }) => name.length));
  return [
    'npm run bench -- [SUITE …] [--quick] [--devices N] [--profile] [--grow] [--onto REPORT]',
    'npm run bench -- compare BEFORE AFTER',
    '',
    ...SUITES.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`),
  ].join('\n');
}
