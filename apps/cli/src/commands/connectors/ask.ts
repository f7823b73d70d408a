import type { AdminClient } from '@moorline/admin-client';
import type { ConnectorDetail } from '@moorline/contracts/admin';
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
import { connectorFacts } from './connector-facts.ts';
import { findConnector } from './find-connector.ts';

interface Flags extends ContextOptions, OutputOptions {
  readonly full?: true;
}

type Ask = (client: AdminClient, id: string, flags: Flags) => Promise<ConnectorDetail>;

/** A command that asks a site for something about its connection, and shows the connector as it is after it. */
function askCommand(
  deps: CommandDeps,
  name: string,
  summary: string,
  ask: Ask,
  examples: readonly string[] = [],
): Command {
  const command = newCommand(name, summary, [
    `connectors ${name} HQ1 --context tenant`,
    ...examples,
  ]);
  return withOutput(withContextOptions(command))
    .argument('<connector>', 'name of the site, or id')
    .action(async (word: string, flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const { id } = await findConnector(client, word, deps);
      const connector = await ask(client, id, flags);
      const shown = flags.output === 'table' ? connectorFacts(connector) : connector;
      printOne(deps.terminal, flags.output, shown);
    });
}

export function connectorsCheckCommand(deps: CommandDeps): Command {
  return askCommand(deps, 'check', 'Probe a site and its endpoints now', (client, id) =>
    client.connectors.check(id, deps),
  );
}

export function connectorsRotateCommand(deps: CommandDeps): Command {
  return askCommand(deps, 'rotate', 'Have a site renew its certificate now', (client, id) =>
    client.connectors.rotateCertificate(id, deps),
  );
}

export function connectorsResyncCommand(deps: CommandDeps): Command {
  return askCommand(
    deps,
    'resync',
    'Have a site compare what both sides hold, and repair it',
    (client, id, flags) => client.connectors.resync(id, { full: flags.full === true }, deps),
    ['connectors resync HQ1 --context tenant --full'],
  ).option('--full', 'send everything again, and not only what differs');
}

export function connectorsPauseCommand(deps: CommandDeps): Command {
  return askCommand(deps, 'pause', 'Have a site stop its upload', (client, id) =>
    client.connectors.pauseUpload(id, { isPaused: true }, deps),
  );
}

export function connectorsResumeCommand(deps: CommandDeps): Command {
  return askCommand(deps, 'resume', 'Have a site go on with its upload', (client, id) =>
    client.connectors.pauseUpload(id, { isPaused: false }, deps),
  );
}
