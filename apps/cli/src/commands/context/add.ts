import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { reasonOf } from '@moorline/files';
import { pinRoot } from '@moorline/pki';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type DataOptions,
  dataFolder,
  given,
  newCommand,
  withData,
} from '../../command-line.ts';
import { connect } from '../../connection/connect.ts';
import {
  type Context,
  readContexts,
  withContext,
  writeContexts,
} from '../../connection/contexts.ts';
import { usageError } from '../../errors.ts';

interface Flags extends DataOptions {
  readonly url?: string;
  readonly token?: string;
  readonly caFile?: string;
  readonly caFingerprint?: string;
}

export function contextAddCommand(deps: CommandDeps): Command {
  return withData(
    newCommand('add', 'Add a host, after checking that it answers and knows the token', [
      'context add hq --url https://hq.example:9443 --token mlt1… --ca-file hq-ca.pem',
      'context add cloud --url https://tenant.example:8443 --token mlt1… --ca-fingerprint 9f86d0…',
    ]),
  )
    .argument('<name>', 'how to call it')
    .option('--url <url>', 'address of its admin API, https://host:port')
    .option('--token <token>', 'API token; `-` reads it from standard input')
    .option('--ca-file <file>', 'PEM of the authority that signed its certificate')
    .option('--ca-fingerprint <sha256>', 'or that authority’s fingerprint, as the host shows it')
    .action(async (name: string, flags: Flags) => {
      const folder = dataFolder(flags, deps);
      const url = originOf(given('--url', flags.url));
      const secret = given('--token', flags.token);
      const token = secret === '-' ? await readStandardInput() : secret;
      const caPem = await authorityOf(url, flags, deps.signal);
      const context = { url, token, ...(caPem === undefined ? {} : { caPem }) };
      const { client } = await connect(name, { ...context, kind: 'tenant' });
      const session = await client.signIn.session(deps);
      if (!session) throw usageError(`${url} does not know this token. Make one at that host.`);
      const added: Context = { ...context, kind: session.authority.kind };
      await writeContexts(folder, withContext(await readContexts(folder), name, added));
      const { authority, user } = session;
      deps.terminal.note(`${name}: ${authority.kind} ${authority.name}, as ${user.name}.\n`);
    });
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:') {
    throw usageError(`--url takes an address like https://host:8443, not "${text}".`);
  }
  return url.origin;
}

async function authorityOf(
  url: string,
  { caFile, caFingerprint }: Flags,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (caFingerprint !== undefined) {
    return pinRoot(url, caFingerprint.replaceAll(':', '').toLowerCase(), { signal });
  }
  if (caFile === undefined) return undefined;
  try {
    return await readFile(resolve(caFile), 'utf8');
  } catch (error) {
    throw usageError(`--ca-file ${caFile} cannot be read (${reasonOf(error)}).`);
  }
}

async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  return text.trim();
}
