import { comparePositions } from '@moorline/contracts/federation';

/** A batch whose headers have come. */
export interface Arrival {
  /** Resolves when no batch of the same sender that lies before this one is on its way any more. */
  turn(): Promise<void>;
  /** This one is stored, and with it everything before it: nobody waits for an earlier copy that hangs. */
  stored(): void;
  /** This one is not waited for any more; idempotent. */
  end(): void;
}

/**
 * The batches on their way, which come over several connections: one that overtook another waits for it, rather
 * than be refused and sent again.
 */
export interface Arrivals {
  /** `sender`: the certificate and the epoch, since only positions of one log can be compared. */
  begin(sender: string, from: string, to: string): Arrival;
}

interface Entry {
  readonly to: string;
  readonly ended: Promise<void>;
  end(): void;
}

export function createArrivals(): Arrivals {
  const bySender = new Map<string, Set<Entry>>();

  return {
    begin(sender, from, to) {
      const entries = bySender.get(sender) ?? new Set<Entry>();
      bySender.set(sender, entries);
      const ended = Promise.withResolvers<void>();
      const entry: Entry = {
        to,
        ended: ended.promise,
        end() {
          ended.resolve();
          entries.delete(entry);
          if (entries.size === 0 && bySender.get(sender) === entries) bySender.delete(sender);
        },
      };
      entries.add(entry);
      const upTo = (position: string): Entry[] =>
        [...entries].filter((other) => comparePositions(other.to, position) <= 0);
      return {
        async turn() {
          for (let before = upTo(from); before.length > 0; before = upTo(from)) {
            await Promise.all(before.map((other) => other.ended));
          }
        },
        stored() {
          for (const other of upTo(to)) other.end();
        },
        end: () => entry.end(),
      };
    },
  };
}
