import { join } from 'node:path';
import {
  AGENT_PATHS,
  accepts,
  CLIENT_SETTINGS,
  ClientSettings,
  DesiredAnswer,
} from '@moorline/contracts/agent';
import { readIfPresent, writeDurably } from '@moorline/files';
import { canonicalJson, type Json } from '@moorline/kernel';
import type { DesiredDocument } from '@moorline/model/ports';
import { agentErrors } from '../errors.ts';
import type { AuthorityClient } from '../link/authority-client.ts';
import { type AppliedSettings, applyClientSettings, BUILT_IN_SETTINGS } from './client-settings.ts';

export interface PolicyRound {
  /** Documents now desired of this device. */
  readonly documents: number;
  /** Of these, how many came new, came different, or went. */
  readonly changed: number;
  /** Undefined: the authority did not say. */
  readonly actionsWaiting: boolean | undefined;
}

/** The desired state of this device: kept on disk with its cursor, so that only changes are fetched. */
export interface Policy {
  readonly applied: AppliedSettings;
  /** What the next request asks from; null: for everything. */
  readonly cursor: string | null;
  /** Fetches what changed since the cursor, keeps it and puts it into force. One at a time. */
  refresh(client: AuthorityClient, options: { readonly signal: AbortSignal }): Promise<PolicyRound>;
}

interface StoredPolicy {
  readonly cursor: string | null;
  readonly documents: readonly DesiredDocument[];
  /** The last valid settings: what stays in force when later ones are not valid. */
  readonly settings: ClientSettings | null;
}

/** Opens the policy kept in `folder`; a damaged file is as if absent: everything is fetched again. */
export async function openPolicy(
  folder: string,
  options: { readonly changed: (applied: AppliedSettings) => void },
): Promise<Policy> {
  const path = join(folder, 'desired.json');
  const stored = readStored(await readIfPresent(path));
  let cursor = stored.cursor;
  let documents = new Map(stored.documents.map((document) => [document.name, document]));
  let applied = applyClientSettings(
    stored.settings ? { ...BUILT_IN_SETTINGS, settings: stored.settings } : BUILT_IN_SETTINGS,
    documents.get(CLIENT_SETTINGS),
  );
  let last: Promise<unknown> = Promise.resolve();

  const refresh = async (client: AuthorityClient, signal: AbortSignal): Promise<PolicyRound> => {
    const { body } = await client.send({
      method: 'GET',
      path: AGENT_PATHS.desired,
      ...(cursor === null ? {} : { query: { cursor } }),
      signal,
    });
    if (!accepts(DesiredAnswer, body)) {
      throw agentErrors.answerMalformed({
        url: client.url,
        method: 'GET',
        path: AGENT_PATHS.desired,
      });
    }
    const next = new Map(cursor === null ? [] : documents);
    for (const name of body.removed) next.delete(name);
    for (const document of body.documents) next.set(document.name, document);
    const changed = countChanged(documents, next);
    if (changed > 0 || body.cursor !== cursor) {
      const after = applyClientSettings(applied, next.get(CLIENT_SETTINGS));
      const kept: StoredPolicy = {
        cursor: body.cursor,
        documents: [...next.values()],
        settings: after.settings,
      };
      await writeDurably(path, JSON.stringify(kept));
      const isOther = JSON.stringify(after) !== JSON.stringify(applied);
      cursor = body.cursor;
      documents = next;
      applied = after;
      if (isOther) options.changed(after);
    }
    return { documents: documents.size, changed, actionsWaiting: body.actionsWaiting };
  };

  return {
    get applied() {
      return applied;
    },
    get cursor() {
      return cursor;
    },
    refresh(client, { signal }) {
      // A second request with the same cursor at once would only bring the same changes twice.
      const round = last.then(() => refresh(client, signal));
      last = round.catch(() => {});
      return round;
    },
  };
}

function countChanged(
  before: ReadonlyMap<string, DesiredDocument>,
  after: ReadonlyMap<string, DesiredDocument>,
): number {
  const gone = [...before.keys()].filter((name) => !after.has(name)).length;
  const other = [...after.values()].filter((document) => {
    const former = before.get(document.name);
    return !former || text(former) !== text(document);
  }).length;
  return gone + other;
}

function text(document: DesiredDocument): string {
  // The body came from JSON.parse.
  return `${document.version} ${canonicalJson(document.body as Json)}`;
}

function readStored(stored: string | undefined): StoredPolicy {
  const nothing: StoredPolicy = { cursor: null, documents: [], settings: null };
  if (!stored) return nothing;
  try {
    const value: unknown = JSON.parse(stored);
    if (value === null || typeof value !== 'object') return nothing;
    const answer: unknown = { ...value, removed: [] };
    const settings: unknown = Reflect.get(value, 'settings');
    if (!accepts(DesiredAnswer, answer)) return nothing;
    return {
      cursor: answer.cursor,
      documents: answer.documents,
      settings: accepts(ClientSettings, settings) ? settings : null,
    };
  } catch {
    return nothing;
  }
}
