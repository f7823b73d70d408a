import type { AdminClient } from '@moorline/admin-client';
import type { AttachPlan, CloudAttach } from '@moorline/contracts/admin';
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
import { usageError } from '../../errors.ts';
import { printOne, printRows } from '../../output/print.ts';
import { type ChoiceFlags, choicesOf, settingsOf, withChoices } from './choices.ts';

interface Flags extends ContextOptions, OutputOptions, ChoiceFlags {
  readonly joinToken?: string;
  readonly plan?: true;
  readonly replaceConnected?: true;
}

const COLUMNS = ['side', 'change', 'title', 'detail'];
const CONNECT_MS = 60_000;
const LOOK_MS = 500;

export function attachEnableCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      withChoices(
        newCommand(
          'enable',
          'Attach a site with choices of what it uploads; running it again changes nothing',
          [
            'attach enable --context site --join-token mlj1.eyJ1Ijoi… --all-devices',
            'attach enable --context site -f attach.yaml --plan',
            'attach enable --context site -f attach.yaml --join-token mlj1.eyJ1Ijoi…',
          ],
        ),
      ),
    ),
  )
    .option('--join-token <token>', 'of the tenant; not needed once the site is attached')
    .option('--plan', 'only print what would be created and changed, on both sides')
    .option('--replace-connected', 'take the place of a server of this identity that is connected')
    .action(async (flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const choices = await choicesOf(flags);
      const joinToken = flags.joinToken ?? choices.joinToken;
      const uploadSettings = await settingsOf(client, choices, deps);
      const plan = await client.cloudAttach.plan(
        { uploadSettings, ...(joinToken !== undefined && { joinToken }) },
        deps,
      );
      if (flags.plan || flags.output === 'table') printPlan(deps, flags, plan);
      if (flags.plan) return;
      if (!plan.changes.some(({ id }) => id === 'connector')) {
        throw usageError('The site is not attached yet: give a join token with --join-token.');
      }
      await apply(client, plan, { uploadSettings, joinToken, flags }, deps);
      printOne(deps.terminal, flags.output, await connected(client, deps));
    });
}

function printPlan({ terminal }: CommandDeps, { output }: Flags, plan: AttachPlan): void {
  if (output === 'json') {
    printOne(terminal, output, plan);
    return;
  }
  printRows(terminal, output, plan.changes, COLUMNS, '');
  if (plan.isUpToDate) terminal.note('Nothing would change.\n');
}

/** Settings first: nothing that they keep back ever leaves. Each step may be repeated after a kill. */
async function apply(
  client: AdminClient,
  plan: AttachPlan,
  given: {
    readonly uploadSettings: Parameters<AdminClient['cloudAttach']['updateUploadSettings']>[0];
    readonly joinToken: string | undefined;
    readonly flags: Flags;
  },
  deps: CommandDeps,
): Promise<void> {
  const changes = (id: string): boolean =>
    plan.changes.some((one) => one.id === id && one.change !== 'keep');
  if (changes('uploadSettings')) {
    const { etag } = await client.cloudAttach.uploadSettings(deps);
    await client.cloudAttach.updateUploadSettings(given.uploadSettings, {
      ...deps,
      ifMatch: etag,
    });
  }
  if (changes('certificate') && given.joinToken !== undefined) {
    const replaceConnected = given.flags.replaceConnected === true;
    const { joinToken } = given;
    await client.cloudAttach.attach(
      { joinToken, ...(replaceConnected && { replaceConnected }) },
      deps,
    );
  }
}

/** The attachment once it is connected, or as it is after a while: then it says why not. */
async function connected(client: AdminClient, deps: CommandDeps): Promise<CloudAttach> {
  const until = deps.clock.now() + CONNECT_MS;
  for (;;) {
    const present = await client.cloudAttach.get(deps);
    if (present.connected) return present;
    if (deps.clock.now() >= until) {
      deps.setExitCode(1);
      return present;
    }
    await deps.clock.sleep(LOOK_MS, { signal: deps.signal });
  }
}
