import type { Bus } from '@moorline/bus';
import type { Database } from '@moorline/db';
import { type AuthorityId, type Clock, MoorlineError } from '@moorline/kernel';
import type { StoredDocuments, Transaction } from '@moorline/model/ports';
import { createGroupCommit } from '../../group-commit.ts';
import { announce } from '../../topics.ts';
import { deviceErrors, lockOwn, type SummaryChange, writeSummaries } from '../devices/index.ts';
import { GROUP_WORK } from '../groups/index.ts';
import { type CheckedDocument, DOCUMENT_LIMIT_BYTES } from './check-documents.ts';
import { inventoryErrors } from './errors.ts';
import { endedADay, keepHistory } from './history.ts';
import { type CheckIn, type Heads, type Judged, judge } from './judge-documents.ts';
import { type DocumentKey, readHeads, touchDocuments, writeDocuments } from './store.ts';
import { summaryChanges } from './summary-changes.ts';

/** Of canonical text: what a transaction holds at a time, and what may wait for one. */
export const GROUP_BYTES: number = DOCUMENT_LIMIT_BYTES;
export const WAITING_BYTES: number = 32 * 1024 * 1024;
const MAX_GROUP = 64;
const GROUPS_AT_ONCE = 2;
const RETRY_AFTER_SECONDS = 5;
/** Assumed of a stored row whose document was stored before sizes were. */
const ROW_BYTES = 4096;

/**
 * Stores what devices sent, the requests of many devices in one transaction: documents, summaries and change log. A
 * device has one request in a transaction at a time. What is wrong with one device's documents fails no other's.
 * @returns what stores one request; it throws `inventory.busy`, `inventory.*`, `devices.not_found`
 */
export function createPutDocuments(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
}): (checkIn: CheckIn) => Promise<StoredDocuments> {
  const { authorityId, database, bus, clock } = deps;
  return createGroupCommit<CheckIn, StoredDocuments>({
    commit: (checkIns) =>
      database.transaction(authorityId, (tx) => storeAll(tx, checkIns, bus, clock.now())),
    maxItems: MAX_GROUP,
    atOnce: GROUPS_AT_ONCE,
    keyOf: ({ deviceId }) => deviceId,
    sizeOf: ({ documents }) => sum(documents.map(sizeOf)),
    maxSize: GROUP_BYTES,
    maxWaiting: WAITING_BYTES,
    full: () => inventoryErrors.busy({ retryAfterSeconds: RETRY_AFTER_SECONDS }),
  });
}

async function storeAll(
  tx: Transaction,
  checkIns: readonly CheckIn[],
  bus: Bus,
  now: number,
): Promise<(StoredDocuments | Error)[]> {
  // Locked, so that two requests of one device cannot build on the same base.
  const own = await lockOwn(
    tx,
    checkIns.map(({ deviceId }) => deviceId),
  );
  const known = checkIns.filter(({ deviceId }) => own.has(deviceId));
  const heads = await headsOf(tx, known);
  const outcomes = new Map<CheckIn, StoredDocuments | Error>();
  const changes: SummaryChange[] = [];
  const same: Judged['same'][number][] = [];
  for (const part of parts(known, heads)) {
    const good: Judged[] = [];
    for (const [checkIn, outcome] of await judge(tx, part, heads)) {
      if (outcome instanceof MoorlineError) outcomes.set(checkIn, outcome);
      else {
        outcomes.set(checkIn, { stored: outcome.stored, resync: outcome.resync });
        good.push(outcome);
      }
    }
    const changed = good.flatMap((judged) => judged.changed);
    await keepHistory(tx, endOfDayOf(changed, part, heads, now), now);
    await writeDocuments(tx, changed, now);
    same.push(...good.flatMap((judged) => judged.same));
    changes.push(...(await summaryChanges(tx, good)));
  }
  await touchDocuments(tx, same, now);
  const differing = await writeSummaries(tx, changes);
  announce(bus, tx, 'device', differing, { uploadable: true });
  tx.afterCommit(() => bus.publish(GROUP_WORK, undefined));
  return checkIns.map(
    (checkIn) => outcomes.get(checkIn) ?? deviceErrors.notFound({ id: checkIn.deviceId }),
  );
}

/** Those of the documents that change now and with which a former day ended. */
function endOfDayOf(
  changed: readonly DocumentKey[],
  checkIns: readonly CheckIn[],
  heads: Heads,
  now: number,
): readonly DocumentKey[] {
  const ended = new Set<string>();
  for (const { deviceId, documents } of checkIns) {
    for (const document of documents) {
      const head = heads.get(document);
      if (head && endedADay(head.changedAt, now))
        ended.add(`${deviceId} ${document.inventoryClass.name}`);
    }
  }
  if (ended.size === 0) return [];
  return changed.filter(({ deviceId, className }) => ended.has(`${deviceId} ${className}`));
}

async function headsOf(tx: Transaction, checkIns: readonly CheckIn[]): Promise<Heads> {
  const documents = checkIns.flatMap((checkIn) => checkIn.documents);
  const keys = checkIns.flatMap(({ deviceId, documents: own }) =>
    own.map(({ inventoryClass }): DocumentKey => ({ deviceId, className: inventoryClass.name })),
  );
  const found = await readHeads(tx, keys);
  return new Map(
    documents.flatMap((document, at) => {
      const head = found.get(at);
      return head ? [[document, head] as const] : [];
    }),
  );
}

/** The group in parts whose documents, and the stored ones that they build on, are in memory together. */
function* parts(checkIns: readonly CheckIn[], heads: Heads): Generator<readonly CheckIn[]> {
  let part: CheckIn[] = [];
  let size = 0;
  for (const checkIn of checkIns) {
    const needed = sum(
      checkIn.documents.map((document) => sizeOf(document) + baseSize(document, heads)),
    );
    if (part.length > 0 && size + needed > GROUP_BYTES) {
      yield part;
      part = [];
      size = 0;
    }
    part.push(checkIn);
    size += needed;
  }
  if (part.length > 0) yield part;
}

function baseSize(document: CheckedDocument, heads: Heads): number {
  const head = heads.get(document);
  if (document.content.kind === 'whole' || !head) return 0;
  return head.sizeBytes ?? Math.min(head.rowCount * ROW_BYTES, DOCUMENT_LIMIT_BYTES);
}

function sizeOf({ content }: CheckedDocument): number {
  return content.sizeBytes;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
