import { type Command, Option } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  withContextOptions,
} from '../../command-line.ts';
import { OUTPUT_FORMATS, type OutputFormat, printRows } from '../../output/print.ts';
import {
  FIREWALL_FORMATS,
  type FirewallFormat,
  firewallRules,
  renderFirewall,
} from './firewall-rules.ts';

interface Flags extends ContextOptions {
  readonly output: OutputFormat | 'firewall';
  readonly format?: FirewallFormat;
  readonly check?: true;
}

const COLUMNS = [
  'id',
  'host',
  'port',
  'status',
  'critical',
  'checkedDateTime',
  'result',
  'purpose',
  'since',
];

export function attachEndpointsCommand(deps: CommandDeps): Command {
  return withContextOptions(
    newCommand('endpoints', 'List what the site must reach at its tenant, and how it went', [
      'attach endpoints --context site',
      'attach endpoints --context site --check -o json',
      'attach endpoints --context site -o firewall --format nftables',
    ]),
  )
    .addOption(
      new Option('-o, --output <format>', 'how to print; firewall: rules for a firewall team')
        .choices([...OUTPUT_FORMATS, 'firewall'])
        .default('table'),
    )
    .addOption(new Option('--format <kind>', 'of the firewall rules').choices(FIREWALL_FORMATS))
    .option('--check', 'check them now')
    .action(async (flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const endpoints = await (flags.check
        ? client.cloudAttach.checkEndpoints(deps)
        : client.cloudAttach.endpoints(deps));
      if (flags.output === 'firewall') {
        deps.terminal.write(renderFirewall(firewallRules(endpoints), flags.format));
      } else {
        const empty = 'No tenant is known: attach the site first.';
        printRows(deps.terminal, flags.output, endpoints, COLUMNS, empty);
      }
    });
}
