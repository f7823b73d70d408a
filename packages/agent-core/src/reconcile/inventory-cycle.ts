import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, type Logger, rfc3339 } from '@moorline/kernel';
import { type InventoryClass, inventoryClass } from '@moorline/model';
import type { InventoryProvider } from '@moorline/model/ports';
import type { AuthorityClient } from '../link/authority-client.ts';
import type { AcknowledgedDocuments, AcknowledgedHead } from '../store/acknowledged-documents.ts';
import { uploadDocuments } from './document-upload.ts';
import {
  type Collected,
  confirmingDocument,
  documentHash,
  type OutgoingDocument,
  shortestDocument,
  wholeDocument,
} from './state-document.ts';

/** A document that did not change is confirmed once in this time, so that a lost one is found. */
const CONFIRM_AFTER_MS = 24 * 3_600_000;

export interface InventoryResult {
  /** Classes collected. */
  readonly classes: number;
  /** Of these, how many are other than what the authority had. */
  readonly changed: number;
  readonly stored: number;
  /** Classes that could not be collected or are not taken by the authority, with the reason. */
  readonly problems: ReadonlyMap<string, string>;
}

export interface InventoryCycleDeps {
  readonly provider: InventoryProvider;
  readonly acknowledged: AcknowledgedDocuments;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Classes that a cycle collects: the provider's, without the disabled and those the catalogue has not. */
export function collectedClasses(
  provider: InventoryProvider,
  disabled: readonly string[],
): readonly InventoryClass[] {
  return provider.classes
    .filter((name) => !disabled.includes(name))
    .flatMap((name) => inventoryClass(name) ?? []);
}

export interface InventoryCycle {
  /**
   * Collects each class that is due, one at a time, and sends what is other than the authority has it. `isFull`: those
   * of a day's cadence are due, too.
   * @throws the link's errors: what was not sent goes with the next cycle
   */
  run(
    client: AuthorityClient,
    disabled: readonly string[],
    options: { readonly signal: AbortSignal; readonly isFull?: boolean },
  ): Promise<InventoryResult>;
  /**
   * Collects these classes and sends each, changed or not: somebody waits for it. Names that are not collected here are
   * passed over.
   * @throws the link's errors
   */
  answer(
    client: AuthorityClient,
    names: readonly string[],
    disabled: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<void>;
}

export function createInventoryCycle(deps: InventoryCycleDeps): InventoryCycle {
  const { provider, acknowledged, clock, logger } = deps;
  // What was refused is not sent again until it changes: hash by class.
  const refusedHashes = new Map<string, { readonly hash: string; readonly text: string }>();

  const collect = async (
    of: InventoryClass,
    signal: AbortSignal,
    failed: Map<string, string>,
  ): Promise<Collected | undefined> => {
    const collectedAt = rfc3339(clock.now());
    try {
      const rows = await provider.collect(of.name, { signal });
      return { inventoryClass: of, rows, hash: documentHash(of, rows), collectedAt };
    } catch (error) {
      signal.throwIfAborted();
      // The other classes are worth having all the same.
      logger.error({ err: error, className: of.name }, 'inventory class could not be collected');
      failed.set(of.name, 'It could not be collected; the log of the agent says why.');
      return undefined;
    }
  };

  const documentOf = async (
    collected: Collected,
    isAsked: boolean,
  ): Promise<OutgoingDocument | undefined> => {
    const { inventoryClass: of, hash } = collected;
    if (!isAsked && refusedHashes.get(of.name)?.hash === hash) return undefined;
    refusedHashes.delete(of.name);
    const head = acknowledged.head(of.name);
    if (!head) return wholeDocument(collected);
    if (head.hash === hash) {
      return isAsked || ageOf(head) >= CONFIRM_AFTER_MS ? confirmingDocument(collected) : undefined;
    }
    const rows = await acknowledged.rows(of.name);
    return shortestDocument(collected, rows && { hash: head.hash, rows });
  };

  const ageOf = (head: AcknowledgedHead): number => Math.abs(clock.now() - head.acknowledgedAt);
  /** A class of a day's cadence is due when what the authority has was sent or confirmed a day ago. */
  const isDue = (of: InventoryClass): boolean => {
    const head = acknowledged.head(of.name);
    return of.cadence === 'cycle' || !head || ageOf(head) >= CONFIRM_AFTER_MS;
  };

  const collectAndSend = async (
    client: AuthorityClient,
    classes: readonly InventoryClass[],
    isAsked: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly changed: number; readonly stored: number; readonly failed: Failures }> => {
    const documents = new Map<string, { document: OutgoingDocument; collected: Collected }>();
    const failed = new Map<string, string>();
    for (const of of classes) {
      const collected = await collect(of, signal, failed);
      const document = collected && (await documentOf(collected, isAsked));
      if (document) documents.set(of.name, { document, collected });
      // The channel's pings and an action's answer go before the next class.
      await nextTurn();
      signal.throwIfAborted();
    }
    const changed = [...documents.values()].filter(
      ({ collected }) => acknowledged.head(collected.inventoryClass.name)?.hash !== collected.hash,
    ).length;
    const upload = { client, acknowledged, clock, logger };
    const all = [...documents.values()].map(({ document }) => document);
    const first = await uploadDocuments(upload, all, { signal });
    const again = first.resync.flatMap((name) => {
      const found = documents.get(name);
      return found ? [wholeDocument(found.collected)] : [];
    });
    const second = await uploadDocuments(upload, again, { signal });
    for (const [name, text] of [...first.refused, ...second.refused]) {
      const hash = documents.get(name)?.collected.hash;
      if (hash) refusedHashes.set(name, { hash, text });
    }
    return { changed, stored: first.stored + second.stored, failed };
  };

  return {
    async run(client, disabled, { signal, isFull = false }) {
      const all = collectedClasses(provider, disabled);
      const due = isFull ? all : all.filter(isDue);
      const { changed, stored, failed } = await collectAndSend(client, due, false, signal);
      logger.info({ classes: due.length, changed, stored }, 'inventory cycle done');
      return {
        classes: due.length - failed.size,
        changed,
        stored,
        problems: new Map([
          ...failed,
          ...[...refusedHashes].map(([name, { text }]) => [name, text] as const),
        ]),
      };
    },
    async answer(client, names, disabled, { signal }) {
      const asked = collectedClasses(provider, disabled).filter(({ name }) => names.includes(name));
      await collectAndSend(client, asked, true, signal);
    },
  };
}

type Failures = ReadonlyMap<string, string>;
