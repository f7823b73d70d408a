import type { ActionReportWire } from '@moorline/contracts/agent';

/** A device's identity at its authority: PEM, and when to renew (ms since 1970). */
export interface Identity {
  readonly deviceId: string;
  readonly privateKey: string;
  readonly certificate: string;
  readonly renewAfter: number;
}

/** Where the fleet was enrolled. */
export interface Gateway {
  /** Origin, `https://host:port`. */
  readonly url: string;
  /** PEM of the pinned root. */
  readonly ca: string;
}

/** What outlives the process. A fleet without a folder keeps it in memory. */
export interface IdentityStore extends AsyncDisposable {
  readonly gateway: Gateway | null;
  /** By device; holes where none has enrolled. */
  readonly identities: ReadonlyMap<number, Identity>;
  setGateway(gateway: Gateway): void;
  /** Written before this returns. */
  put(index: number, identity: Identity): void;
  /** The last report of an action that this fleet has begun. */
  report(actionId: string): ActionReportWire | undefined;
  /** Written before this returns: an action is not begun twice. */
  noteReport(report: ActionReportWire): void;
  /** What the last orderly end saved under that name. */
  take(name: string): Buffer | undefined;
  /** Saved at an orderly end. */
  save(name: string, bytes: Uint8Array): void;
}

// Reports of long ago are asked for by nobody: the authority has their end.
const JOURNAL_ENTRIES = 20_000;

export interface Journal {
  get(actionId: string): ActionReportWire | undefined;
  set(report: ActionReportWire): void;
  readonly entries: Iterable<ActionReportWire>;
}

export function createJournal(): Journal {
  const reports = new Map<string, ActionReportWire>();
  return {
    get: (actionId) => reports.get(actionId),
    set(report) {
      reports.delete(report.id);
      reports.set(report.id, report);
      if (reports.size <= JOURNAL_ENTRIES) return;
      const [oldest] = reports.keys();
      if (oldest !== undefined) reports.delete(oldest);
    },
    get entries() {
      return reports.values();
    },
  };
}

export function createMemoryStore(): IdentityStore {
  const identities = new Map<number, Identity>();
  const journal = createJournal();
  let gateway: Gateway | null = null;
  return {
    get gateway() {
      return gateway;
    },
    identities,
    setGateway(next) {
      gateway = next;
    },
    put: (index, identity) => void identities.set(index, identity),
    report: (actionId) => journal.get(actionId),
    noteReport: (report) => journal.set(report),
    take: () => undefined,
    save() {},
    async [Symbol.asyncDispose]() {},
  };
}
