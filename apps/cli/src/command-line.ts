import { resolve } from 'node:path';
import type { Clock, Entropy } from '@moorline/kernel';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Connection, connect } from './connection/connect.ts';
import { chooseContext, readContexts } from './connection/contexts.ts';
import { usageError } from './errors.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './output/print.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given. */
export interface CommandDeps {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Aborted by a second Ctrl-C. */
  readonly forced: AbortSignal;
  /** The exit code when the command succeeds in running, but what it ran for did not succeed. */
  setExitCode(code: number): void;
}

export interface DataOptions {
  readonly data?: string;
}
export interface ContextOptions extends DataOptions {
  readonly context?: string;
}
export interface OutputOptions {
  readonly output: OutputFormat;
}

/** A command with what all have: examples under its help, its failures thrown. */
export function newCommand(name: string, summary: string, examples: readonly string[]): Command {
  const command = new Command(name)
    .description(summary)
    .exitOverride()
    .allowExcessArguments(false)
    // What follows a subcommand's name is the subcommand's, where both have an option of that name.
    .enablePositionalOptions()
    .showSuggestionAfterError(true);
  if (examples.length > 0) {
    const lines = examples.map((example) => `  $ moorline ${example}\n`).join('');
    command.addHelpText('after', `\nExamples:\n${lines}`);
  }
  return command;
}

/** A command that only holds others; by itself it shows its help. */
export function newGroup(name: string, summary: string, commands: readonly Command[]): Command {
  const group = newCommand(name, summary, []);
  for (const command of commands) group.addCommand(command);
  return group;
}

export function withData(command: Command): Command {
  return command.option(
    '--data <dir>',
    'folder of Moorline’s data (default: $MOORLINE_DATA, else .moorline)',
  );
}

export function withContextOptions(command: Command): Command {
  return withData(
    command.option('--context <name>', 'which host to speak to: tenant, site, or one you added'),
  );
}

export function withOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'how to print').choices(OUTPUT_FORMATS).default('table'),
  );
}

export function dataFolder(options: DataOptions, deps: CommandDeps): string {
  return resolve(options.data ?? deps.environment.MOORLINE_DATA ?? '.moorline');
}

/** The host that the options mean. @throws `cli.usage` */
export async function connectionOf(
  options: ContextOptions,
  deps: CommandDeps,
): Promise<Connection> {
  const contexts = await readContexts(dataFolder(options, deps));
  const chosen = chooseContext(contexts, options.context ?? deps.environment.MOORLINE_CONTEXT);
  return connect(chosen.name, chosen.context);
}

/** For commander: a whole number in a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
  };
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** For commander: `90s`, `15m`, `2h`, `7d` (a bare number is seconds) as milliseconds. */
export function duration(text: string): number {
  const match = /^(\d{1,9})(s|m|h|d)?$/.exec(text);
  if (!match) throw new InvalidArgumentError('It takes a time like 90s, 15m, 2h or 7d.');
  // The pattern admits no other unit.
  return Number(match[1]) * UNIT_MS[(match[2] ?? 's') as keyof typeof UNIT_MS];
}

/** For commander: words divided by commas, or given again. */
export function wordList(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').map((word) => word.trim())].filter((word) => word !== '');
}

/**
 * An option that must be given. Checked here and not by commander, which would report it missing before it
 * has told of the misspelt one.
 * @throws `cli.usage`
 */
export function given<T>(option: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw usageError(`${option} is missing; --help shows what it takes.`);
}
