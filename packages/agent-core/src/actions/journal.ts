import type { ActionReportWire } from '@moorline/contracts/agent';
import { accepts, ActionReportWire as ReportSchema } from '@moorline/contracts/agent';
import { type Clock, rfc3339 } from '@moorline/kernel';
import type { ActionResult } from '@moorline/model';
import { type LogRecord, openRecordLog } from '../store/record-log.ts';
import type { WaitingAction } from './action-handler.ts';

/** How far an action has come here. */
export interface JournalEntry {
  readonly action: WaitingAction;
  /** The report of its present state: the last one made, whether or not it has arrived. */
  readonly report: ActionReportWire;
  /** The authority has that report. */
  readonly isReported: boolean;
}

/** Every action that this device has taken on: on the disk before it runs, so that none runs twice. */
export interface ActionJournal extends AsyncDisposable {
  entry(id: string): JournalEntry | undefined;
  /** Those that have not ended, oldest first. */
  unfinished(): readonly JournalEntry[];
  /** Every action that is remembered, oldest first, without what the kind was told. */
  recent(): readonly ActionReportWire[];
  /** Those whose end the authority may not know yet. */
  unreported(): readonly JournalEntry[];
  /** Each of these is on the disk when it resolves; the answer is the report to send. */
  received(action: WaitingAction): Promise<ActionReportWire>;
  running(id: string): Promise<ActionReportWire>;
  done(id: string, result: ActionResult): Promise<ActionReportWire>;
  cancelled(id: string, result: ActionResult): Promise<ActionReportWire>;
  /** The authority has these reports; may be lost by a power cut, then they are sent again. */
  reported(reports: readonly ActionReportWire[]): Promise<void>;
}

const KEEP_MS = 30 * 24 * 3_600_000;
const KEEP_IDS = 1_000;
/** Records in the file per entry in memory from which it is written anew. */
const REWRITE_FACTOR = 8;

export async function openActionJournal(path: string, clock: Clock): Promise<ActionJournal> {
  const { log, records } = await openRecordLog(path);
  const entries = new Map<string, JournalEntry>();
  let recordCount = records.length;
  for (const record of records) apply(entries, record);

  const write = async (record: LogRecord, durable: boolean): Promise<void> => {
    await log.append([record], { durable });
    recordCount += 1;
    apply(entries, record);
    if (recordCount > REWRITE_FACTOR * Math.max(entries.size, 32)) await compact();
  };
  const compact = async (): Promise<void> => {
    forgetOld(entries, clock.now());
    const kept = [...entries.values()].map(({ action, report, isReported }): LogRecord => {
      return { action: { ...action }, report: { ...report }, isReported };
    });
    await log.rewrite(kept);
    recordCount = kept.length;
  };
  const moveTo = async (
    action: WaitingAction,
    state: ActionReportWire['state'],
    result: ActionResult | null,
  ): Promise<ActionReportWire> => {
    const at = rfc3339(clock.now());
    const report: ActionReportWire = {
      id: action.id,
      state,
      at,
      result: result && { ...result, details: { ...result.details } },
    };
    await write({ action: { ...action }, report: { ...report }, isReported: false }, true);
    return report;
  };
  const known = (id: string): WaitingAction => {
    const entry = entries.get(id);
    if (!entry) throw new Error(`action ${id} was not journaled as received`);
    return entry.action;
  };

  if (recordCount > 0) await compact();
  return {
    entry: (id) => entries.get(id),
    unfinished: () => [...entries.values()].filter(({ report }) => !isFinal(report)),
    recent: () => [...entries.values()].map(({ report }) => report),
    unreported: () => [...entries.values()].filter(({ isReported }) => !isReported),
    received: (action) => moveTo(action, 'deliveredToDevice', null),
    running: (id) => moveTo(known(id), 'running', null),
    done: (id, result) =>
      moveTo(known(id), result.errorCode === 0 ? 'succeeded' : 'failed', result),
    cancelled: (id, result) => moveTo(known(id), 'cancelled', result),
    async reported(reports) {
      for (const { id, state } of reports) {
        if (entries.get(id)?.report.state === state) await write({ reported: id, state }, false);
      }
    },
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

const ENDS: readonly ActionReportWire['state'][] = ['succeeded', 'failed', 'cancelled'];

export function isFinal(report: ActionReportWire): boolean {
  return ENDS.includes(report.state);
}

function apply(entries: Map<string, JournalEntry>, record: LogRecord): void {
  const { action, report, reported, state } = record;
  if (typeof reported === 'string') {
    const entry = entries.get(reported);
    if (entry && entry.report.state === state)
      entries.set(reported, { ...entry, isReported: true });
  }
  if (!isAction(action) || !accepts(ReportSchema, report)) return;
  entries.set(action.id, { action, report, isReported: record.isReported === true });
}

function isAction(value: unknown): value is WaitingAction {
  if (value === null || typeof value !== 'object') return false;
  return ['id', 'kind', 'expiresAt'].every((name) => typeof Reflect.get(value, name) === 'string');
}

/** What has ended and arrived goes after its time, or when there are too many; the rest stays. */
function forgetOld(entries: Map<string, JournalEntry>, nowMs: number): void {
  let excess = entries.size - KEEP_IDS;
  for (const [id, { report, isReported }] of entries) {
    if (!isFinal(report) || !isReported) continue;
    const isOld = nowMs - Date.parse(report.at) > KEEP_MS;
    if (!isOld && excess <= 0) continue;
    entries.delete(id);
    excess -= 1;
  }
}
