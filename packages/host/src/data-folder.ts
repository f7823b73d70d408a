import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent, reasonOf, writeDurably } from '@moorline/files';
import { type AuthorityId, type Clock, type Entropy, isUuid, uuidv7 } from '@moorline/kernel';
import type { HopPlace } from '@moorline/model';
import { hostErrors } from './errors.ts';

export type HostKind = Exclude<HopPlace, 'device'>;

/** Who the authority in a data folder is; written once, at its first start. */
export interface HostIdentity {
  readonly authorityId: AuthorityId;
  readonly kind: HostKind;
  readonly name: string;
}

const FORMAT = 1;

/**
 * Opens a host's data folder, or makes it. `name` counts only when the folder is new.
 * @throws `host.folder_unwritable`, `host.folder_of_other`, `host.newer_format`, `host.identity_unreadable`
 */
export async function openDataFolder(
  folder: string,
  wanted: { readonly kind: HostKind; readonly name: string },
  deps: { readonly clock: Clock; readonly entropy: Entropy },
): Promise<HostIdentity> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw hostErrors.folderUnwritable({ folder, reason: reasonOf(error) }, { cause: error });
  }
  const file = join(folder, 'host.json');
  const known = await readIdentity(folder, file);
  if (known) {
    if (known.kind !== wanted.kind) {
      throw hostErrors.folderOfOther({ folder, found: known.kind, wanted: wanted.kind });
    }
    return known;
  }
  const identity: HostIdentity = {
    authorityId: uuidv7<AuthorityId>(deps.clock, deps.entropy),
    kind: wanted.kind,
    name: wanted.name,
  };
  try {
    await writeDurably(file, `${JSON.stringify({ format: FORMAT, ...identity }, null, 2)}\n`, {
      mode: 0o644,
    });
  } catch (error) {
    throw hostErrors.folderUnwritable({ folder, reason: reasonOf(error) }, { cause: error });
  }
  return identity;
}

/** Who the authority in a data folder is; undefined when there is none. @throws `host.*` */
export function readHostIdentity(folder: string): Promise<HostIdentity | undefined> {
  return readIdentity(folder, join(folder, 'host.json'));
}

async function readIdentity(folder: string, file: string): Promise<HostIdentity | undefined> {
  let text: string | undefined;
  try {
    text = await readIfPresent(file);
  } catch (error) {
    throw hostErrors.folderUnwritable({ folder, reason: reasonOf(error) }, { cause: error });
  }
  if (text === undefined) return undefined;
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw hostErrors.identityUnreadable({ file }, { cause: error });
  }
  const { format, authorityId, kind, name } = json;
  if (typeof format === 'number' && format > FORMAT) {
    throw hostErrors.newerFormat({ folder, found: format, known: FORMAT });
  }
  const known = kind === 'tenant' || kind === 'site';
  if (format !== FORMAT || !isUuid(authorityId) || !known || typeof name !== 'string') {
    throw hostErrors.identityUnreadable({ file });
  }
  return { authorityId: authorityId as AuthorityId, kind, name };
}
