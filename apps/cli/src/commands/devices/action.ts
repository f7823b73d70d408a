import { randomUUID } from 'node:crypto';
import type { AdminClient } from '@moorline/admin-client';
import { ACTION_KINDS, type ActionKind, MAX_BULK_DEVICES } from '@moorline/model';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  duration,
  newCommand,
  type OutputOptions,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { usageError } from '../../errors.ts';
import { printOne } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { oneOf } from '../../suggest.ts';
import { ACTION_COLUMNS } from '../actions/action-columns.ts';
import { progressOf } from '../actions/bulk.ts';
import { followHops } from '../actions/follow-hops.ts';
import { findDevice } from './find-device.ts';

interface ActionFlags extends ContextOptions, OutputOptions {
  readonly wait?: true;
  readonly timeout: number;
  readonly filter?: string;
  readonly expires?: number;
}

const LOOK_MS = 1_000;
const BULK_COLUMNS = ['id', 'action', 'deviceCount', 'progress', 'expirationDateTime'];

export function devicesActionCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('action', 'Do something on a device, or on many', [
        'devices action pc-17 refreshMachinePolicy --context tenant --wait',
        'devices action pc-17 pc-18 quickScan --expires 12h',
        'devices action restart --filter "operatingSystem eq \'Debian GNU/Linux\'" --wait',
      ]),
    ),
  )
    .argument('<words...>', `names or ids, then what to do: ${ACTION_KINDS.join(', ')}`)
    .option('--filter <expression>', 'all devices that match, as OData’s $filter; without names')
    .option('--expires <time>', 'when it expires if the device has not fetched it', duration)
    .option('--wait', 'print every hop as it happens, until the end')
    .option('--timeout <time>', 'with --wait: stop waiting after', duration, 600_000)
    .addHelpText(
      'after',
      '\nExit code with --wait: 0 succeeded; 1 failed, refused, expired, cancelled, or not at its end in time.\n',
    )
    .action(async (words: readonly string[], flags: ActionFlags) => {
      const names = words.slice(0, -1);
      const kind = actionKind(words.at(-1) ?? '');
      if (names.length > 0 === (flags.filter !== undefined)) {
        throw usageError(
          flags.filter === undefined
            ? 'Say of which devices: by name or id before the action, or with --filter.'
            : 'Give either names or --filter, not both.',
        );
      }
      const { client } = await connectionOf(flags, deps);
      const [only, ...others] = names;
      if (only !== undefined && others.length === 0) await runOne(deps, client, only, kind, flags);
      else await runMany(deps, client, names, kind, flags);
    });
}

async function runOne(
  deps: CommandDeps,
  client: AdminClient,
  nameOrId: string,
  kind: ActionKind,
  flags: ActionFlags,
): Promise<void> {
  const { signal } = deps;
  const device = await findDevice(client, nameOrId, deps);
  const expiresAt = expiryOf(deps, flags);
  const id = await client.devices.triggerAction(device.id, kind, { signal, expiresAt });
  const name = safeText(device.deviceName ?? device.id);
  if (flags.wait) {
    // The hops are the answer in a table, and beside it in the other formats.
    const print = (line: string): void =>
      flags.output === 'table' ? deps.terminal.write(line) : deps.terminal.note(line);
    print(`${kind} on ${name}: action ${id}\n`);
    const last = await followHops(client, id, { signal, timeoutMs: flags.timeout, print });
    if (last?.state !== 'succeeded') deps.setExitCode(1);
    if (last && flags.output !== 'table') {
      printOne(deps.terminal, flags.output, last, ACTION_COLUMNS);
    }
    return;
  }
  const action = await client.actions.get(id, deps);
  printOne(deps.terminal, flags.output, action, ACTION_COLUMNS);
}

async function runMany(
  deps: CommandDeps,
  client: AdminClient,
  names: readonly string[],
  kind: ActionKind,
  flags: ActionFlags,
): Promise<void> {
  const { signal } = deps;
  const deviceIds: string[] = [];
  if (flags.filter === undefined) {
    for (const name of names) deviceIds.push((await findDevice(client, name, deps)).id);
  } else {
    const all = client.devices.iterate({ filter: flags.filter, select: ['id'], top: 500, signal });
    for await (const { id } of all) {
      deviceIds.push(id);
      if (deviceIds.length > MAX_BULK_DEVICES) {
        throw usageError(
          `More than ${MAX_BULK_DEVICES} devices match. Narrow --filter, and run it for each part.`,
        );
      }
    }
  }
  if (deviceIds.length === 0) throw usageError('No device matches the filter.');
  const request = { action: kind, deviceIds, expiresAt: expiryOf(deps, flags) };
  const { bulkActionId: id } = await client.bulkActions.execute(
    { ...request, requestId: randomUUID() },
    { signal },
  );
  let bulk = await client.bulkActions.get(id, { signal });
  if (flags.wait) {
    const deadline = deps.clock.now() + flags.timeout;
    deps.terminal.note(`${kind} on ${deviceIds.length} devices: bulk action ${id}\n`);
    for (let told = ''; !bulk.isFinal && deps.clock.now() < deadline; ) {
      await deps.clock.sleep(LOOK_MS, { signal });
      bulk = await client.bulkActions.get(id, { signal });
      const line = progressOf(bulk);
      if (line !== told) deps.terminal.note(`${line}\n`);
      told = line;
    }
    if (bulk.counts.succeeded < bulk.deviceCount) deps.setExitCode(1);
  }
  const row = { ...bulk, progress: progressOf(bulk) };
  printOne(deps.terminal, flags.output, row, BULK_COLUMNS);
}

function expiryOf(deps: CommandDeps, flags: ActionFlags): string | undefined {
  if (flags.expires === undefined) return undefined;
  return new Date(deps.clock.now() + flags.expires).toISOString();
}

function actionKind(word: string): ActionKind {
  const known = ACTION_KINDS.find((kind) => kind.toLowerCase() === word.toLowerCase());
  return known ?? oneOf('action', word, ACTION_KINDS);
}
