import type { UploadPreview } from '@moorline/contracts/admin';
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
import { printOne, printRows } from '../../output/print.ts';
import { type ChoiceFlags, choicesOf, settingsOf, withChoices } from './choices.ts';

type Flags = ContextOptions & OutputOptions & ChoiceFlags;

/** What leaves the site: `attach settings`, `preview`, `resync`, `pause`, `resume`. */
export function attachUploadCommands(deps: CommandDeps): readonly Command[] {
  const settings = described('settings', 'Show or change what leaves the site, and when', [
    'attach settings --context site',
    'attach settings --context site --collection Lab --exclude Board --interval 15m',
    'attach settings --context site --hours 22:00-06:00 --bandwidth 200',
  ]).action(async (flags: Flags) => {
    const { client } = await connectionOf(flags, deps);
    const change = await settingsOf(client, await choicesOf(flags), deps);
    if (Object.keys(change).length > 0) {
      const { etag } = await client.cloudAttach.uploadSettings(deps);
      await client.cloudAttach.updateUploadSettings(change, { ...deps, ifMatch: etag });
    }
    const { settings: now } = await client.cloudAttach.uploadSettings(deps);
    printOne(deps.terminal, flags.output, now);
  });

  const preview = described('preview', 'Show exactly which rows and columns would leave', [
    'attach preview --context site',
    'attach preview --context site --collection Lab --categories health',
  ]).action(async (flags: Flags) => {
    const { client } = await connectionOf(flags, deps);
    const { scope, categories } = await settingsOf(client, await choicesOf(flags), deps);
    const found = await client.cloudAttach.previewUpload(
      { ...(scope && { scope }), ...(categories && { categories }) },
      deps,
    );
    if (flags.output === 'json') return printOne(deps.terminal, flags.output, found);
    const { columns } = found;
    const names = columns.filter(({ isUploaded }) => isUploaded).map(({ name }) => name);
    printRows(deps.terminal, flags.output, rowsOf(found), names, 'No device would leave.');
    deps.terminal.note(
      `${found.devicesInScope} devices would leave, ${found.devicesExcluded} stay here.\n`,
    );
  });

  const resync = plain('resync', 'Compare site and tenant, and send again what differs', [
    'attach resync --context site',
    'attach resync --context site --full',
  ])
    .option('--full', 'send everything again')
    .action(async (flags: ContextOptions & OutputOptions & { readonly full?: true }) => {
      const { client } = await connectionOf(flags, deps);
      const state = await client.cloudAttach.resyncUpload({ full: flags.full === true }, deps);
      printOne(deps.terminal, flags.output, state);
    });

  const halt = (name: 'pause' | 'resume', summary: string): Command =>
    plain(name, summary, [`attach ${name} --context site`]).action(
      async (flags: ContextOptions & OutputOptions) => {
        const { client } = await connectionOf(flags, deps);
        await client.cloudAttach.updateUploadSettings({ paused: name === 'pause' }, deps);
        printOne(deps.terminal, flags.output, await client.cloudAttach.upload(deps));
      },
    );

  return [
    settings,
    preview,
    resync,
    halt('pause', 'Keep changes at the site; actions go on'),
    halt('resume', 'Let changes leave again'),
  ];
}

function plain(name: string, summary: string, examples: readonly string[]): Command {
  return withOutput(withContextOptions(newCommand(name, summary, examples)));
}

function described(name: string, summary: string, examples: readonly string[]): Command {
  return withChoices(plain(name, summary, examples));
}

function rowsOf({ columns, rows }: UploadPreview): readonly Readonly<Record<string, unknown>>[] {
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])),
  );
}
