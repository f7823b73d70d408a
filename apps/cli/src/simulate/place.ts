import { decodeInvitation, ENROL_PREFIX } from '@moorline/contracts/agent';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  dataFolder,
} from '../command-line.ts';
import type { Connection } from '../connection/connect.ts';
import { readContexts } from '../connection/contexts.ts';
import { usageError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';

/** Where devices enrol, and with what. */
export interface Enrolment {
  /** The site's admin API, when it is known. */
  readonly connection: Connection | undefined;
  /** It is on this machine. */
  readonly isLoopback: boolean;
  /** A token for so many devices; `release` when they have enrolled. */
  token(
    quota: number,
    signal: AbortSignal,
  ): Promise<{ readonly text: string; release(): Promise<void> }>;
}

const TOKEN_MINUTES = 24 * 60;

/** @throws `cli.usage` when neither a token nor a context says where */
export async function placeOf(
  options: ContextOptions & { readonly site?: string; readonly token?: string },
  deps: CommandDeps,
): Promise<Enrolment> {
  if (options.token !== undefined) {
    const { token: text } = options;
    const invitation = decodeInvitation(ENROL_PREFIX, text);
    if (!invitation) {
      throw usageError(
        'The token is no enrolment token: it begins with mle1. and must be copied whole. `moorline enrolment-tokens create --quota N` makes one.',
      );
    }
    const known = options.context === undefined ? undefined : await connectionOf(options, deps);
    return {
      connection: known,
      isLoopback: isLoopback(invitation.url),
      token: async () => ({ text, async release() {} }),
    };
  }
  const connection = await connectionOf(await withSite(options, deps), deps);
  const { enrolmentTokens } = connection.client;
  return {
    connection,
    isLoopback: isLoopback(connection.context.url),
    async token(quota, signal) {
      const displayName = 'moorline simulate';
      const request = { displayName, quota, expiresInMinutes: TOKEN_MINUTES };
      const created = await enrolmentTokens.create(request, { signal });
      return {
        text: created.token ?? '',
        // When the host is gone, it runs out by itself.
        release: () => enrolmentTokens.revoke(created.id).catch(() => {}),
      };
    },
  };
}

/** The context that `--site URL` means; contexts of the default folder when the named one has none. */
async function withSite(
  options: ContextOptions & { readonly site?: string },
  deps: CommandDeps,
): Promise<ContextOptions> {
  const here = await readContexts(dataFolder(options, deps));
  const hasOwn = Object.keys(here.contexts).length > 0;
  const { data, ...others } = options;
  const effective: ContextOptions = hasOwn || data === undefined ? options : others;
  if (options.site === undefined) return effective;
  const { contexts } = hasOwn ? here : await readContexts(dataFolder(effective, deps));
  const wanted = URL.canParse(options.site) ? new URL(options.site).origin : options.site;
  const urls = Object.entries(contexts).map(
    ([name, { url }]) => [name, new URL(url).origin] as const,
  );
  const found = urls.find(([, url]) => url === wanted);
  if (found) return { ...effective, context: found[0] };
  const origins = urls.map(([, url]) => url);
  throw usageError(
    `No context is at ${wanted}.${didYouMean(wanted, origins)} Add it with \`moorline context add\`, or give --token with an enrolment token of the site.`,
  );
}

function isLoopback(url: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost)$/.test(new URL(url).hostname);
}
