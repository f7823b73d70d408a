import { createBus } from '@moorline/bus';
import type { QueryOptions } from '@moorline/codecs/odata';
import { type CopyValue, copyInto, type Database } from '@moorline/db';
import { type AuthorityId, type Clock, type Logger, silentLogger } from '@moorline/kernel';
import { announce } from '../../../topics.ts';
import { DEFAULT_ORDER } from '../list.ts';
import type { Presentation } from '../present.ts';
import { DEVICE_COLUMNS } from '../tables.ts';
import { createDeviceDirectory, type DeviceDirectory } from './directory.ts';

export const PRESENTATION: Presentation = {
  agents: { own: 'mdm', attached: 'configurationManagerClient' },
  now: Date.UTC(2026, 10, 23, 12),
  originName: (origin) => origin,
  notUploaded: () => [],
};

export const NO_OPTIONS: QueryOptions = {
  filter: null,
  orderBy: [],
  select: null,
  top: null,
  skip: 0,
  count: false,
  search: [],
  skipToken: null,
};

/** A row that is stored as it is; what is left out is null or has a value that nothing depends on. */
export interface StoredRow {
  readonly id: string;
  readonly [column: string]: CopyValue;
}

const DEFAULTS: Readonly<Record<string, CopyValue>> = {
  architecture: 'x64',
  chassis_type: 'laptop',
  online: false,
  last_contact_at: '2026-11-23T11:00:00Z',
  enrolled_at: '2026-11-01T00:00:00Z',
  client_version: '0.1.0',
  certificate_expires_at: '2027-01-01T00:00:00Z',
  is_blocked: false,
};

/** A directory of an authority on a real database, running and loaded. */
export interface DirectoryLab extends AsyncDisposable {
  readonly directory: DeviceDirectory;
  /** What was logged as a warning. */
  readonly warnings: readonly Readonly<Record<string, unknown>>[];
  /** Tells the directory of rows, in a transaction that does nothing else. */
  announce(ids: readonly string[]): Promise<void>;
}

export async function storeRows(
  { database }: { readonly database: Database },
  authorityId: AuthorityId,
  rows: readonly StoredRow[],
): Promise<void> {
  await database.transaction(authorityId, (tx) =>
    copyInto(
      tx,
      'devices',
      DEVICE_COLUMNS,
      rows.map((row) => DEVICE_COLUMNS.map((column) => row[column] ?? DEFAULTS[column] ?? null)),
    ),
  );
}

export async function openDirectory(
  { database }: { readonly database: Database },
  authorityId: AuthorityId,
  clock: Clock,
): Promise<DirectoryLab> {
  const warnings: Readonly<Record<string, unknown>>[] = [];
  const logger: Logger = { ...silentLogger, warn: (fields) => void warnings.push(fields) };
  const bus = createBus(silentLogger);
  const directory = createDeviceDirectory({
    authorityId,
    database,
    bus,
    clock,
    logger,
    agents: PRESENTATION.agents,
    defaultOrder: DEFAULT_ORDER,
  });
  const stop = new AbortController();
  const running = directory.run(stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  while (!directory.isLoaded) await nextTurn();
  return {
    directory,
    warnings,
    announce: (ids) =>
      database.transaction(authorityId, async (tx) =>
        announce(bus, tx, 'device', ids, { uploadable: false }),
      ),
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the test is over'));
      await running;
    },
  };
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
