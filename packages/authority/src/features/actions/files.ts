import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ACTION_FILE_LIMITS } from '@moorline/contracts/agent';
import { sqlOf } from '@moorline/db';
import type { ActionId, ConnectorId } from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import type { ActionFilePart, DevicePort, Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import { authorizeDevice, permissionHere } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import type { ActionParts } from './context.ts';
import { actionErrors } from './errors.ts';
import { deviceOf, findAction, type StoredAction } from './store.ts';
import type { ActionTables } from './tables.ts';

const DAY_MS = 86_400_000;
const MEBIBYTE = 1024 * 1024;

/** Files that devices send for actions: kept by their content's hash, with bounds of age and size. */
export interface ActionFiles extends Pick<DevicePort, 'putActionFile'> {
  /**
   * A part of an action's file; of an attached device from the authority that manages it. Needs `diagnostics.read`.
   * @throws `access.denied`, `actions.not_found`, `actions.file_not_there`, `relay.*`
   */
  readPart(
    actor: Actor,
    id: ActionId,
    part: { readonly offset: number; readonly length: number },
  ): Promise<ActionFilePart>;
  /** Removes what is too old or too much. */
  prune(): Promise<void>;
}

export function createActionFiles(
  deps: ActionParts,
  folder: string,
  requireAction: (tx: Transaction, id: string) => Promise<StoredAction>,
): ActionFiles {
  const { database, clock } = deps;
  const { authorityId } = deps.profile;
  const own = join(folder, authorityId);
  const partial = (id: string): string => join(own, `${id}.part`);
  const whole = (sha256: string): string => join(own, sha256);
  // Pieces of one file are written one after another.
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const result = (turns.get(id) ?? Promise.resolve()).catch(() => {}).then(work);
    turns.set(id, result);
    const forget = (): void => {
      if (turns.get(id) === result) turns.delete(id);
    };
    result.then(forget, forget);
    return result;
  };

  const fileOf = (tx: Transaction, id: string) =>
    sqlOf<ActionTables>(tx)
      .selectFrom('action_files')
      .select(['size_bytes', 'sha256'])
      .where('authority_id', '=', authorityId)
      .where('action_id', '=', id)
      .executeTakeFirst();

  async function append(
    id: string,
    offset: number,
    data: Uint8Array,
    sizeBytes: number,
  ): Promise<number> {
    await mkdir(own, { recursive: true, mode: 0o700 });
    const path = partial(id);
    const present = await sizeOf(path);
    if (present !== offset || offset + data.length > sizeBytes) return present;
    await using file = await open(path, 'a', 0o600);
    await file.write(data);
    if (offset + data.length === sizeBytes) await file.sync();
    return offset + data.length;
  }

  return {
    putActionFile: ({ deviceId }, { id, offset, sizeBytes, sha256, data }) =>
      inTurn(id, async () => {
        const { action, known } = await database.read(authorityId, async (tx) => ({
          action: await findAction(tx, id),
          known: await fileOf(tx, id),
        }));
        const isOwn =
          action?.row.device_id === deviceId && action.row.kind === 'collectDiagnostics';
        if (!action || !isOwn) throw actionErrors.notFound({ id });
        if (known?.sha256 === sha256) return Number(known.size_bytes);
        if (action.row.state !== 'running' && action.row.state !== 'deliveredToDevice') {
          throw actionErrors.fileNotWanted({ id });
        }
        if (offset === 0) await rm(partial(id), { force: true });
        const received = await append(id, offset, data, sizeBytes);
        if (received < sizeBytes) return received;
        if ((await hashOf(partial(id))) !== sha256) {
          await rm(partial(id), { force: true });
          throw actionErrors.fileDamaged({ id });
        }
        await rename(partial(id), whole(sha256));
        await database.transaction(authorityId, async (tx) => {
          await sql`insert into action_files (authority_id, action_id, size_bytes, sha256, stored_at)
            values (${authorityId}, ${id}, ${sizeBytes}, ${sha256}, ${new Date(clock.now())})
            on conflict (authority_id, action_id) do update
              set size_bytes = excluded.size_bytes, sha256 = excluded.sha256,
                stored_at = excluded.stored_at`.execute(sqlOf(tx));
        });
        return received;
      }),

    async readPart(actor, id, { offset, length }) {
      const { action, file } = await database.transaction(authorityId, async (tx) => {
        const found = await requireAction(tx, id);
        const permission = permissionHere(deps.remotes, found.row.origin, 'diagnostics.read');
        const notFound = (): Error => actionErrors.notFound({ id });
        await authorizeDevice(tx, actor, permission, deviceOf(found), notFound);
        if (offset === 0) {
          await recordAudit(tx, {
            activity: 'actions.download_file',
            actor: actor.name,
            target: found.row.device_id,
            result: 'success',
            details: { actionId: id },
            at: clock.now(),
          });
        }
        return { action: found, file: await fileOf(tx, id) };
      });
      const part = { offset, length: Math.min(length, ACTION_FILE_LIMITS.pieceBytes) };
      const origin = action.row.origin as ConnectorId | null;
      if (origin !== null && deps.remotes) return deps.remotes.actionFile(origin, actor, id, part);
      if (!file) throw actionErrors.fileNotThere({ id });
      return readPartOf(whole(file.sha256), file.sha256, part, id);
    },

    async prune() {
      await database.transaction(authorityId, async (tx) => {
        const { keepFilesDays, filesLimitMebibytes } = await deps.settings.current(tx);
        // The newest that fit stay.
        await sql`delete from action_files f using (
            select action_id, stored_at,
              sum(size_bytes) over (order by stored_at desc, action_id) as total
            from action_files where authority_id = ${authorityId}
          ) as t
          where f.authority_id = ${authorityId} and f.action_id = t.action_id
            and (t.stored_at < ${new Date(clock.now() - keepFilesDays * DAY_MS)}
              or t.total > ${filesLimitMebibytes * MEBIBYTE}
              or not exists (select from actions a
                where a.authority_id = ${authorityId} and a.id = t.action_id))`.execute(sqlOf(tx));
      });
      const names = await readdir(own).catch(() => []);
      if (names.length === 0) return;
      const kept = await database.read(authorityId, async (tx) => {
        const rows = await sqlOf<ActionTables>(tx)
          .selectFrom('action_files')
          .select('sha256')
          .where('authority_id', '=', authorityId)
          .execute();
        return new Set(rows.map((row) => row.sha256));
      });
      for (const name of names) {
        if (kept.has(name)) continue;
        const path = join(own, name);
        const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
        // One that was renamed a moment ago has its row in a moment.
        if (Date.now() - mtimeMs > DAY_MS) await rm(path, { force: true });
      }
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

async function readPartOf(
  path: string,
  sha256: string,
  { offset, length }: { readonly offset: number; readonly length: number },
  id: string,
): Promise<ActionFilePart> {
  await using file = await open(path, 'r').catch(() => {
    throw actionErrors.fileNotThere({ id });
  });
  const { size: sizeBytes } = await file.stat();
  const wanted = Math.max(0, Math.min(length, sizeBytes - offset));
  const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, offset);
  return { sizeBytes, sha256, data: buffer.subarray(0, bytesRead) };
}
