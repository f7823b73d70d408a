import {
  type UpdateUploadSettings,
  type UploadSettings,
  UploadSettings as UploadSettingsSchema,
} from '@moorline/contracts/admin';
import { type Database, sqlOf } from '@moorline/db';
import type { AuthorityId, Clock, Logger } from '@moorline/kernel';
import { type Actor, actorName, UPLOAD_CATEGORIES, type UploadCategory } from '@moorline/model';
import type { Transaction, UploadSelection, UploadSource } from '@moorline/model/ports';
import { Compile } from 'typebox/compile';
import type { RecordAudit } from '../ports.ts';
import { createSingleFile } from '../single-file.ts';
import type { AttachmentStore } from './attachment-store.ts';
import { uploadErrors } from './errors.ts';
import type { UplinkTables } from './tables.ts';

/** The settings with the version that their ETag carries. */
export interface VersionedUploadSettings {
  readonly settings: UploadSettings;
  readonly version: number;
}

/** What leaves this site, when, and whose permissions decide. */
export interface UploadChoices {
  /**
   * The settings as they are. What the change log says after a change of them is never read with those before it: a
   * change that is being stored is waited for.
   */
  current(): Promise<VersionedUploadSettings>;
  /** Those last read; the defaults before. */
  known(): VersionedUploadSettings;
  /**
   * Changes what is given; what is uploaded otherwise from now on is noted in the change log with it. Audited.
   * @param expected the version that the caller saw; null: whichever there is
   * @throws `upload.changed_meanwhile`, `upload.scope_empty`, `groups.unknown_in_selection`
   */
  change(
    actor: Actor,
    change: UpdateUploadSettings,
    expected: number | null,
  ): Promise<VersionedUploadSettings>;
}

export const DEFAULT_UPLOAD_SETTINGS: UploadSettings = {
  scope: { devices: 'all', collectionIds: [], excludedCollectionIds: [] },
  categories: { hardware: true, operatingSystem: true, health: true },
  intervalMinutes: 0,
  bandwidthKilobytesPerSecond: null,
  hours: null,
  paused: false,
  permissions: 'siteAndTenant',
};

/** The settings with a change, in the one form that they have. @throws `upload.scope_empty` */
export function withChange(before: UploadSettings, change: UpdateUploadSettings): UploadSettings {
  const { scope, ...rest } = { ...before, ...change };
  const isAll = scope.devices === 'all';
  if (!isAll && scope.collectionIds.length === 0) throw uploadErrors.scopeEmpty();
  return {
    scope: {
      devices: scope.devices,
      collectionIds: isAll ? [] : [...new Set(scope.collectionIds)].sort(),
      excludedCollectionIds: [...new Set(scope.excludedCollectionIds)].sort(),
    },
    ...rest,
  };
}

/** Which devices leave, and what of them. */
export function selectionOf({ scope, categories }: UploadSettings): UploadSelection {
  return {
    groupIds: scope.devices === 'all' ? null : scope.collectionIds,
    excludedGroupIds: scope.excludedCollectionIds,
    categories: UPLOAD_CATEGORIES.filter((category) => categories[category]),
  };
}

/** What the tenant is told of the settings when the site greets it. */
export function uploadGreeting({ permissions, categories }: UploadSettings): {
  permissions: UploadSettings['permissions'];
  categories: UploadCategory[];
} {
  return { permissions, categories: UPLOAD_CATEGORIES.filter((category) => categories[category]) };
}

/** Every device leaves, and everything of it. */
export function isWhole({ groupIds, excludedGroupIds, categories }: UploadSelection): boolean {
  return (
    groupIds === null &&
    excludedGroupIds.length === 0 &&
    categories.length === UPLOAD_CATEGORIES.length
  );
}

const DEFAULTS: VersionedUploadSettings = { settings: DEFAULT_UPLOAD_SETTINGS, version: 1 };
const accepted = Compile(UploadSettingsSchema);

export function createUploadChoices(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly source: () => UploadSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: RecordAudit;
  /** After the commit. */
  readonly onChanged: (before: UploadSettings, after: UploadSettings) => void;
}): UploadChoices {
  const { authorityId, database, attachments, clock, logger } = deps;
  const inTurn = createSingleFile();
  let known: VersionedUploadSettings | null = null;
  let changing: Promise<unknown> | null = null;

  const readIn = async (tx: Transaction): Promise<VersionedUploadSettings> => {
    const row = await sqlOf<UplinkTables>(tx)
      .selectFrom('upload_settings')
      .select(['version', 'settings'])
      .where('authority_id', '=', authorityId)
      .executeTakeFirst();
    if (!row) return DEFAULTS;
    const version = Number(row.version);
    // A setting that this version adds has its default until it is set.
    const settings: unknown = { ...DEFAULT_UPLOAD_SETTINGS, ...row.settings };
    if (accepted.Check(settings)) return { settings, version };
    // What cannot be read must not let everything out.
    logger.error({ version }, 'stored upload settings are not valid: nothing is uploaded');
    return { settings: { ...DEFAULT_UPLOAD_SETTINGS, paused: true }, version };
  };

  const store = (
    actor: Actor,
    change: UpdateUploadSettings,
    expected: number | null,
  ): Promise<VersionedUploadSettings> =>
    database.transaction(authorityId, async (tx) => {
      const before = await readIn(tx);
      if (expected !== null && expected !== before.version) throw uploadErrors.changedMeanwhile();
      const settings = withChange(before.settings, change);
      if (JSON.stringify(settings) === JSON.stringify(before.settings)) return before;
      const version = before.version + 1;
      const row = { version, settings: JSON.stringify(settings) as never };
      await sqlOf<UplinkTables>(tx)
        .insertInto('upload_settings')
        .values({ authority_id: authorityId, ...row })
        .onConflict((conflict) => conflict.column('authority_id').doUpdateSet(row))
        .execute();
      const [was, is] = [selectionOf(before.settings), selectionOf(settings)];
      if (JSON.stringify(was) !== JSON.stringify(is)) {
        const wasTold = (await attachments.read(tx)) !== undefined;
        await deps.source().changeSelection(tx, was, is, { wasTold });
      }
      tx.afterCommit(() => deps.onChanged(before.settings, settings));
      await deps.audit(tx, {
        activity: 'cloudAttach.changeUploadSettings',
        actor: actorName(actor),
        target: null,
        result: 'success',
        details: { before: before.settings, after: settings, version },
        at: clock.now(),
      });
      return { settings, version };
    });

  const current = async (): Promise<VersionedUploadSettings> => {
    while (changing) await changing;
    known ??= await database.read(authorityId, readIn);
    return known;
  };

  return {
    current,
    known: () => known ?? DEFAULTS,
    change: (actor, change, expected) =>
      inTurn(async () => {
        const stored = store(actor, change, expected);
        const settled = stored.then(
          (now) => {
            known = now;
          },
          () => {
            known = null; // the outcome may not be known: it is read again
          },
        );
        changing = settled;
        await settled;
        changing = null;
        return stored;
      }),
  };
}
