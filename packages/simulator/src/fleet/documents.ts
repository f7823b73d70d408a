import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import {
  AGENT_LIMITS,
  AGENT_PATHS,
  accepts,
  DocumentsAnswer,
  type StateDocumentWire,
} from '@moorline/contracts/agent';
import { rfc3339 } from '@moorline/kernel';
import { canonicalRows, type InventoryClass, rowDelta } from '@moorline/model';
import { sha256Hex } from '@moorline/pki';
import { simulatorErrors } from '../errors.ts';
import type { RawAnswer } from '../link/answer-parser.ts';
import type { HttpCall } from '../link/http-connection.ts';
import { jsonOf, refusalOf } from '../link/problem.ts';
import type { Moment, Population } from '../population.ts';
import type { Ledger } from './ledger.ts';
import type { SimulatedDevice } from './simulated-device.ts';
import type { Counters } from './stats.ts';

const compress = promisify(gzip);
const HOUR_MS = 3_600_000;
/** Below this, compressing costs more than it saves. */
const COMPRESS_FROM_BYTES = 1024;
/** A document that did not change is confirmed once in this time, so that a lost one is found. */
const CONFIRM_AFTER_HOURS = 24;

/** `shortest`: a delta where that is shorter. */
export type DocumentForm = 'shortest' | 'whole' | 'delta';

interface Outgoing {
  readonly classIndex: number;
  readonly moment: Moment;
  readonly wire: StateDocumentWire;
}

/** The state documents of a fleet: made when they are sent, never kept. */
export interface Documents {
  /** Sends every class that is other than the authority has it; with `only`, that one in any case. */
  send(
    device: SimulatedDevice,
    send: (call: HttpCall) => Promise<RawAnswer>,
    options?: { readonly only?: number; readonly form?: DocumentForm },
  ): Promise<{ readonly bytes: number; readonly classes: number }>;
  /** Classes that the device's settings let it collect. */
  collected(device: SimulatedDevice): readonly InventoryClass[];
}

export function createDocuments(deps: {
  readonly population: Population;
  readonly ledger: Ledger;
  readonly counters: Counters;
  /** True time, which decides what the device is like, and the device's own, which it tells. */
  now(): number;
  nowOf(device: SimulatedDevice): number;
  isDuplicated(device: SimulatedDevice): boolean;
}): Documents {
  const { population, ledger, counters } = deps;
  const { classes } = population;

  const whole = (device: SimulatedDevice, classIndex: number, moment: Moment): Outgoing | null => {
    const of = classes[classIndex];
    if (!of) return null;
    const rows = [...population.rowsOf(device.index, of, moment)];
    const hash = sha256Hex(canonicalRows(of, rows));
    const collectedAt = rfc3339(deps.nowOf(device));
    return { classIndex, moment, wire: { className: of.name, hash, collectedAt, rows } };
  };

  const changed = (
    device: SimulatedDevice,
    classIndex: number,
    moment: Moment,
    form: DocumentForm,
  ): Outgoing | null => {
    const before = ledger.acknowledged(device.index, classIndex);
    if (!before || form === 'whole') return whole(device, classIndex, moment);
    if (before.hour === moment.hour && before.bump === moment.bump) return null;
    const of = classes[classIndex];
    const after = whole(device, classIndex, moment);
    if (!of || !after) return null;
    const former = population.rowsOf(device.index, of, before);
    const baseHash = sha256Hex(canonicalRows(of, former));
    const { className, hash, collectedAt, rows = [] } = after.wire;
    const isSame = baseHash === hash;
    if (isSame && Math.abs(moment.hour - before.hour) < CONFIRM_AFTER_HOURS) return null;
    const { put, drop } = rowDelta(of, former, population.rowsOf(device.index, of, moment));
    const delta = { className, hash, collectedAt, baseHash, put: [...put], drop: [...drop] };
    const isShorter = form === 'delta' || JSON.stringify(put).length < JSON.stringify(rows).length;
    return isShorter ? { ...after, wire: delta } : after;
  };

  const post = async (
    device: SimulatedDevice,
    documents: readonly Outgoing[],
    send: (call: HttpCall) => Promise<RawAnswer>,
  ): Promise<{ readonly resync: readonly string[]; readonly bytes: number }> => {
    const text = Buffer.from(JSON.stringify({ documents: documents.map(({ wire }) => wire) }));
    const gzipped = text.length >= COMPRESS_FROM_BYTES;
    const body = gzipped ? await compress(text, { level: constants.Z_BEST_SPEED }) : text;
    const call: HttpCall = { method: 'POST', path: AGENT_PATHS.documents, body, gzipped };
    let answer = await send(call);
    // A device that missed the answer says the same once more: that changes nothing.
    if (deps.isDuplicated(device)) answer = await send(call);
    const resync = resyncOf(answer);
    if (!resync) throw refusalOf(answer, AGENT_PATHS.documents, deps.now());
    for (const { classIndex, moment, wire } of documents) {
      if (wire.rows) counters.whole += 1;
      else counters.delta += 1;
      if (!resync.includes(wire.className)) ledger.acknowledge(device.index, classIndex, moment);
    }
    return { resync, bytes: text.length };
  };

  return {
    collected: (device) =>
      classes.filter(({ name }) => !device.settings.disabledClasses.includes(name)),
    async send(device, send, { only, form = 'shortest' } = {}) {
      const hour = Math.floor(deps.now() / HOUR_MS);
      const outgoing: Outgoing[] = [];
      for (const [classIndex, of] of classes.entries()) {
        if (only !== undefined && only !== classIndex) continue;
        if (device.settings.disabledClasses.includes(of.name)) continue;
        const moment = { hour, bump: ledger.bump(device.index, classIndex) };
        const document = changed(device, classIndex, moment, form);
        if (document) outgoing.push(document);
      }
      let bytes = 0;
      for (let at = 0; at < outgoing.length; at += AGENT_LIMITS.documentsPerRequest) {
        const batch = outgoing.slice(at, at + AGENT_LIMITS.documentsPerRequest);
        const first = await post(device, batch, send);
        bytes += first.bytes;
        const again = batch.flatMap(({ classIndex, moment, wire }) =>
          first.resync.includes(wire.className) ? (whole(device, classIndex, moment) ?? []) : [],
        );
        if (again.length === 0) continue;
        counters.resynced += again.length;
        const second = await post(device, again, send);
        bytes += second.bytes;
        if (second.resync.length > 0) {
          throw simulatorErrors.answerMalformed({ path: AGENT_PATHS.documents });
        }
      }
      return { bytes, classes: outgoing.length };
    },
  };
}

/** Classes to send whole: none of a 200, the member of a 409's problem; undefined: it is a refusal. */
function resyncOf(answer: RawAnswer): readonly string[] | undefined {
  const body = jsonOf(answer);
  if (answer.status === 200) return accepts(DocumentsAnswer, body) ? body.resync : undefined;
  if (answer.status !== 409 || body === null || typeof body !== 'object') return undefined;
  const resync: unknown = Reflect.get(body, 'resync');
  return Array.isArray(resync) && resync.every((name) => typeof name === 'string')
    ? resync
    : undefined;
}
