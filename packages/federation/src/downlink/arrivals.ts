import { comparePositions } from '@moorline/contracts/federation';

/** A batch whose headers have come. */
export interface Arrival {
  /**
   * Resolves when it may be made ready to be stored: of the batches of its log before it at most one is left, and
   * that one is being stored; and of its sender's batches at most this and one more are at work, whatever it sends.
   */
  next(): Promise<void>;
  /** This one is being stored. */
  storing(): void;
  /**
   * Resolves when the batch that was being stored when this one was next has come to its end. A copy of an earlier
   * one that comes later is not waited for: whoever waits here holds a transaction.
   */
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
  /** `sender`: the certificate; `epoch`: the log, since only positions of one log can be compared. */
  begin(sender: string, epoch: string, from: string, to: string): Arrival;
}

/** One is stored while the one behind it is made ready: a transaction each. */
const AT_WORK = 2;

interface Entry {
  readonly epoch: string;
  readonly to: string;
  state: 'coming' | 'atWork' | 'storing';
}

interface Sender {
  readonly entries: Set<Entry>;
  /** Resolves with the next change of an entry. */
  changed: PromiseWithResolvers<void>;
}

export function createArrivals(): Arrivals {
  const senders = new Map<string, Sender>();

  return {
    begin(name, epoch, from, to) {
      const sender = senders.get(name) ?? {
        entries: new Set<Entry>(),
        changed: Promise.withResolvers<void>(),
      };
      senders.set(name, sender);
      const { entries } = sender;
      const entry: Entry = { epoch, to, state: 'coming' };
      entries.add(entry);

      const changed = (): void => {
        sender.changed.resolve();
        sender.changed = Promise.withResolvers<void>();
      };
      const end = (ended: readonly Entry[]): void => {
        for (const other of ended) entries.delete(other);
        if (entries.size === 0 && senders.get(name) === sender) senders.delete(name);
        changed();
      };
      const upTo = (position: string): Entry[] =>
        [...entries].filter(
          (other) => other.epoch === epoch && comparePositions(other.to, position) <= 0,
        );
      let before: readonly Entry[] = [];
      const isNext = (): boolean => {
        before = upTo(from);
        const atWork = [...entries].filter((other) => other.state !== 'coming');
        return (
          atWork.length < AT_WORK &&
          before.length < AT_WORK &&
          before.every((other) => other.state === 'storing')
        );
      };
      return {
        async next() {
          while (!isNext()) await sender.changed.promise;
          entry.state = 'atWork';
        },
        storing() {
          entry.state = 'storing';
          changed();
        },
        async turn() {
          while (before.some((other) => entries.has(other))) await sender.changed.promise;
        },
        stored: () => end(upTo(to)),
        end: () => end([entry]),
      };
    },
  };
}
