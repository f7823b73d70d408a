import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  type OutputOptions,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { printOne } from '../../output/print.ts';

export function attachStatusCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('status', 'Show the site’s own end of its attachment, and how its upload goes', [
        'attach status --context site',
      ]),
    ),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { client } = await connectionOf(flags, deps);
    const attachment = await client.cloudAttach.get(deps);
    const upload = await client.cloudAttach.upload(deps);
    if (flags.output === 'json') {
      return printOne(deps.terminal, flags.output, { ...attachment, upload });
    }
    const { digest, batches, ...facts } = upload;
    const [last] = batches;
    printOne(deps.terminal, flags.output, {
      ...attachment,
      uploadPhase: facts.phase,
      uploadReason: facts.reason,
      lagSeconds: facts.lagSeconds,
      lagRows: facts.lagRows,
      devicesInScope: facts.devicesInScope,
      devicesExcluded: facts.devicesExcluded,
      cursor: facts.cursor,
      lastAckDateTime: facts.lastAckDateTime,
      nextRunDateTime: facts.nextRunDateTime,
      lastFullSyncDateTime: facts.lastFullSyncDateTime,
      lastBatch: last ? `${last.records} records, ${last.sizeBytes} bytes` : null,
      digest: digest.state,
      digestComparedDateTime: digest.comparedDateTime,
      differingDevices: digest.differingDevices,
    });
  });
}
