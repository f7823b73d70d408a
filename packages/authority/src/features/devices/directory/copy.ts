import { randomInt } from 'node:crypto';
import type { Database } from '@moorline/db';
import { type AuthorityId, isUuid } from '@moorline/kernel';
import type { RawBuilder } from 'kysely';
import type { ListColumns } from '../../../listing/columns.ts';
import { readTotals } from '../store.ts';
import { createDeviceTable, type DeviceTable, slotsOf } from './device-table.ts';
import { idText, wordsOf } from './id-index.ts';
import { eachRow, nextAfter, readRows, readVersions, takeRow, withIds } from './read-rows.ts';
import { rowOf, SEGMENT_ROWS, segmentOf } from './segment.ts';
import { createTurns } from './turns.ts';

/** Rows that are read at once: they are taken in without letting others in between. */
const ROWS_PER_READ = 1000;
/** Rows whose versions are compared at once. */
export const ROWS_PER_COMPARISON = 4096;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** A row that is here as it is not in the table, or was not when it was looked at. */
export interface Suspect {
  readonly id: string;
  /** Version of what is here; 0: there is nothing. */
  readonly version: number;
}

/** A table in memory, and the ways by which it comes to equal the one in the database. */
export interface DirectoryCopy {
  /** Complete, and equal to the database but for what is announced and not read yet; null until it is loaded. */
  readonly table: DeviceTable | null;
  /** These rows may have changed. */
  announce(ids: readonly string[]): void;
  isAnnounced(id: string): boolean;
  readonly announced: number;
  /** Reads every row into a new table, which then takes the place of the one that is there. */
  load(signal: AbortSignal): Promise<void>;
  /** Reads what was announced before this call; when it resolves, the table has it. */
  catchUp(): Promise<void>;
  /** Reads these rows; answers how many are others now. */
  reread(ids: readonly string[]): Promise<number>;
  /** Compares the next rows' versions with the database's; null at the end of a round, when suspects are those that were not seen in it. */
  compareNext(): Promise<{ readonly suspects: readonly Suspect[]; readonly isRoundOver: boolean }>;
  /** Version of what is here; 0: nothing. */
  versionOf(id: string): number;
  /** Lets `work` at the table while nothing changes it. */
  use<T>(work: (table: DeviceTable) => Promise<T>): Promise<T | null>;
}

export function createDirectoryCopy(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly columns: ListColumns;
}): DirectoryCopy {
  const { authorityId, database, columns } = deps;
  /** Around the table: passes over it, and changes. */
  const turn = createTurns();
  /** Around what reads and then changes: what was read first is taken in first. */
  const write = createTurns();
  let announced = new Set<string>();
  let writing = 0;
  let table: DeviceTable | null = null;
  let loading: DeviceTable | null = null;
  let round = 1;
  let comparedTo = FIRST_ID;

  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    writing++;
    return write(work).finally(() => writing--);
  }

  async function read(which: RawBuilder<unknown>): Promise<Buffer> {
    return database.read(authorityId, (tx) => readRows(tx, columns, which));
  }

  /** Takes rows in; answers the last id, how many there were, and how many are others now. */
  function takeIn(
    target: DeviceTable,
    bytes: Buffer,
    seen?: (id: string) => void,
  ): { lastId: string; count: number; changed: number } {
    let changed = 0;
    let lastId = FIRST_ID;
    const count = eachRow(bytes, (id, version, at) => {
      const isNew = target.find(id) < 0;
      const slot = target.claim(id);
      const segment = target.segments[segmentOf(slot)];
      const { end, isChanged } = takeRow(target, slot, bytes, at);
      if (segment) {
        segment.versions[rowOf(slot)] = version;
        segment.rounds[rowOf(slot)] = round;
      }
      if (isNew || isChanged) changed++;
      lastId = idText(id);
      seen?.(lastId);
      return end;
    });
    return { lastId, count, changed };
  }

  async function readInto(ids: readonly string[]): Promise<number> {
    let changed = 0;
    for (let start = 0; start < ids.length; start += ROWS_PER_READ) {
      const part = ids.slice(start, start + ROWS_PER_READ);
      const bytes = await read(withIds(part));
      await turn(async () => {
        for (const target of [table, loading]) {
          if (!target) continue;
          const gone = new Set(part);
          const taken = takeIn(target, bytes, (id) => gone.delete(id));
          if (target === table) changed += taken.changed;
          for (const id of gone) {
            const slot = target.find(wordsOf(id));
            if (slot < 0) continue;
            target.remove(slot);
            if (target === table) changed++;
          }
        }
      });
    }
    return changed;
  }

  async function readAnnounced(): Promise<void> {
    const ids = announced;
    announced = new Set();
    try {
      await readInto([...ids]);
    } catch (error) {
      for (const id of ids) announced.add(id);
      throw error;
    }
  }

  return {
    get table() {
      return table;
    },
    get announced() {
      return announced.size;
    },
    announce(ids) {
      for (const id of ids) if (isUuid(id)) announced.add(id);
    },
    isAnnounced: (id) => announced.has(id),
    async load(signal) {
      const totals = await database.read(authorityId, readTotals);
      const expected = totals.reduce((sum, { total }) => sum + total, 0);
      const fresh = createDeviceTable(randomInt(2 ** 31), expected);
      loading = fresh;
      try {
        for (let after = FIRST_ID, count = ROWS_PER_READ; count === ROWS_PER_READ; ) {
          signal.throwIfAborted();
          ({ lastId: after, count } = await inOrder(async () => {
            const bytes = await read(nextAfter(after, ROWS_PER_READ));
            return turn(async () => takeIn(fresh, bytes));
          }));
        }
        await inOrder(readAnnounced);
        table = fresh;
      } finally {
        loading = null;
      }
    },
    async catchUp() {
      if (announced.size > 0 || writing > 0) await inOrder(readAnnounced);
    },
    reread: (ids) => inOrder(() => readInto(ids)),
    async compareNext() {
      const bytes = await database.read(authorityId, (tx) =>
        readVersions(tx, nextAfter(comparedTo, ROWS_PER_COMPARISON)),
      );
      return turn(async () => {
        const suspects: Suspect[] = [];
        const here = table;
        if (!here) return { suspects, isRoundOver: false };
        const count = eachRow(bytes, (id, version, at) => {
          const slot = here.find(id);
          const segment = here.segments[segmentOf(Math.max(slot, 0))];
          const known = slot < 0 ? 0 : (segment?.versions[rowOf(slot)] ?? 0);
          comparedTo = idText(id);
          if (segment && slot >= 0) segment.rounds[rowOf(slot)] = round;
          if (known !== version) suspects.push({ id: comparedTo, version: known });
          return at;
        });
        const isRoundOver = count < ROWS_PER_COMPARISON;
        if (isRoundOver) {
          suspects.push(...unseen(here, round));
          round = (round % 255) + 1;
          comparedTo = FIRST_ID;
        }
        return { suspects, isRoundOver };
      });
    },
    versionOf(id) {
      const slot = table?.find(wordsOf(id)) ?? -1;
      return slot < 0 ? 0 : (table?.segments[segmentOf(slot)]?.versions[rowOf(slot)] ?? 0);
    },
    use: (work) => turn(async () => (table ? work(table) : null)),
  };
}

/** Rows that are here and were not there in a whole round. */
function* unseen(table: DeviceTable, round: number): Generator<Suspect> {
  for (const slot of slotsOf(table)) {
    const segment = table.segments[segmentOf(slot)];
    const row = rowOf(slot);
    if (!segment || segment.rounds[row] === round) continue;
    const id = idText(segment.ids, row * 4);
    yield { id, version: segment.versions[row] ?? 0 };
  }
}

/** True when most of the table's places are empty: loading it anew gives their memory back. */
export function isSparse(table: DeviceTable): boolean {
  const places = table.segments.length * SEGMENT_ROWS;
  return table.segments.length > 2 && table.count * 2 < places;
}
