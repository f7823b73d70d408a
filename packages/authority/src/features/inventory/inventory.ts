import type { Bus } from '@moorline/bus';
import type { Database } from '@moorline/db';
import { type Clock, type ConnectorId, MoorlineError } from '@moorline/kernel';
import {
  type Actor,
  applyRowDelta,
  type InventoryRow,
  rowKey,
  SUMMARY_CLASSES,
  summarize,
} from '@moorline/model';
import type {
  DeviceAdministration,
  DevicePort,
  InventoryDocument,
  InventoryOverview,
  RemoteAuthorities,
  StateDocument,
  StoredDocuments,
  Transaction,
} from '@moorline/model/ports';
import type { Profile } from '../../profile.ts';
import { announce } from '../../topics.ts';
import { authorize } from '../access/index.ts';
import { deviceErrors, loadOwn, requireDevice, writeSummary } from '../devices/index.ts';
import type { Refusals } from '../refusals/index.ts';
import {
  type CheckedDocument,
  checkDocuments,
  checkRows,
  hashOf,
  requireClass,
} from './check-documents.ts';
import { inventoryErrors } from './errors.ts';
import {
  type NewDocument,
  readDocument,
  readOverview,
  readStored,
  readSummarySource,
  touchDocuments,
  writeDocuments,
} from './store.ts';

/** What devices report of themselves: the latest document of each class. */
export interface Inventory
  extends Pick<DevicePort, 'putDocuments'>,
    Pick<DeviceAdministration, 'inventoryOverview' | 'inventoryDocument'> {}

const SUMMARY: ReadonlySet<string> = new Set(SUMMARY_CLASSES);
const MAX_TOP = 1000;

export function createInventory(deps: {
  readonly profile: Profile;
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly refusals: Refusals;
  readonly remotes: RemoteAuthorities | null;
}): Inventory {
  const { profile, database, bus, clock, refusals, remotes } = deps;
  const { authorityId } = profile;

  /** Where the device's inventory is: here (null), or at the authority behind this connector. */
  async function placeOf(actor: Actor, deviceId: string): Promise<ConnectorId | null> {
    const row = await database.read(authorityId, (tx) => requireDevice(tx, deviceId));
    authorize(actor, 'inventory.read');
    return row.origin as ConnectorId | null;
  }

  function remoteOf(origin: ConnectorId, deviceId: string): RemoteAuthorities {
    if (!remotes) throw deviceErrors.attached({ name: deviceId, origin });
    return remotes;
  }

  return {
    async putDocuments(device, documents): Promise<StoredDocuments> {
      const { deviceId } = device;
      try {
        const checked = checkDocuments(documents, clock.now());
        return await database.transaction(authorityId, async (tx) => {
          const outcome = await store(tx, deviceId, checked, clock.now());
          if (outcome.summaryChanged) {
            const source = await readSummarySource(tx, deviceId);
            const differs = await writeSummary(tx, deviceId, summarize(source));
            if (differs) announce(bus, tx, 'device', [deviceId], { uploadable: true });
          }
          return { stored: outcome.stored, resync: outcome.resync };
        });
      } catch (error) {
        if (error instanceof MoorlineError && error.kind === 'failure') {
          refusals.record(
            {
              activity: 'inventory.put_documents',
              code: error.code,
              actor: `device ${deviceId}`,
              target: deviceId,
              details: error.details,
            },
            error,
          );
        }
        throw error;
      }
    },

    async inventoryOverview(actor, deviceId): Promise<InventoryOverview> {
      const origin = await placeOf(actor, deviceId);
      if (origin) return remoteOf(origin, deviceId).inventoryOverview(origin, actor, deviceId);
      return database.read(authorityId, (tx) => readOverview(tx, deviceId));
    },

    async inventoryDocument(actor, deviceId, className, page): Promise<InventoryDocument> {
      const origin = await placeOf(actor, deviceId);
      const wanted = { skip: page.skip, top: Math.min(page.top, MAX_TOP) };
      if (origin) {
        const remote = remoteOf(origin, deviceId);
        return remote.inventoryDocument(origin, actor, deviceId, className, wanted);
      }
      const { name } = requireClass(className, inventoryErrors.classNotReported);
      const found = await database.read(authorityId, (tx) =>
        readDocument(tx, deviceId, name, wanted),
      );
      if (!found) {
        throw inventoryErrors.classNotReported({
          className: name,
          hint: 'It appears after the device’s next inventory, if its system has the class.',
        });
      }
      return found;
    },
  };
}

/** One request's documents: all that can be stored are, in one statement; the others are to be sent whole. */
async function store(
  tx: Transaction,
  deviceId: Parameters<typeof loadOwn>[1],
  checked: readonly CheckedDocument[],
  now: number,
): Promise<StoredDocuments & { readonly summaryChanged: boolean }> {
  // Locked, so that two requests of one device cannot build on the same base.
  if (!(await loadOwn(tx, deviceId, { lock: true }))) throw deviceErrors.notFound({ id: deviceId });
  const names = checked.map(({ inventoryClass }) => inventoryClass.name);
  const bases = checked
    .filter(({ document }) => document.content.kind === 'delta')
    .map(({ inventoryClass }) => inventoryClass.name);
  const before = await readStored(tx, deviceId, names, bases);

  const changed: NewDocument[] = [];
  const same: { className: string; collectedAt: number }[] = [];
  const resync: string[] = [];
  for (const item of checked) {
    const { document, inventoryClass, collectedAt } = item;
    const className = inventoryClass.name;
    const known = before.get(className);
    if (known?.hash === document.hash) {
      same.push({ className, collectedAt });
      continue;
    }
    const rows = rowsAfter(item, known);
    if (rows === undefined) resync.push(className);
    else changed.push({ className, hash: document.hash, collectedAt, rows });
  }
  await writeDocuments(tx, deviceId, changed, now);
  await touchDocuments(tx, deviceId, same, now);
  return {
    stored: names.filter((name) => !resync.includes(name)),
    resync,
    summaryChanged: changed.some(({ className }) => SUMMARY.has(className)),
  };
}

/** The rows that the document leaves, in canonical order; undefined when its base is not what is stored. */
function rowsAfter(
  { document, inventoryClass }: CheckedDocument,
  known: { readonly hash: string; readonly rows: readonly InventoryRow[] | null } | undefined,
): readonly InventoryRow[] | undefined {
  const inOrder = (rows: readonly InventoryRow[]): InventoryRow[] =>
    rows
      .map((row) => ({ key: rowKey(inventoryClass, row), row }))
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map(({ row }) => row);
  const content: StateDocument['content'] = document.content;
  if (content.kind === 'whole') return inOrder(content.rows);
  if (known?.rows == null || known.hash !== content.baseHash) return undefined;
  const rows = applyRowDelta(inventoryClass, known.rows, content);
  checkRows(inventoryClass, rows);
  return hashOf(inventoryClass, rows).hash === document.hash ? inOrder(rows) : undefined;
}
