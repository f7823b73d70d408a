import type { Json } from '@moorline/kernel';
import { type LogRecord, openRecordLog } from './record-log.ts';

export interface QueuedMessage {
  /** Ascends within one queue and never comes twice. */
  readonly sequence: number;
  /** An end of something: kept longer than the messages on the way there. */
  readonly final: boolean;
  readonly body: LogRecord;
}

/** Messages that must reach the authority, kept on disk until it has taken them. */
export interface DurableQueue extends AsyncDisposable {
  /** Appends; a final message is on the disk when this resolves, another may be lost by a power cut. */
  push(body: LogRecord, options: { readonly final: boolean }): Promise<void>;
  /** The oldest `count` messages, in order. */
  peek(count: number): readonly QueuedMessage[];
  /** Forgets messages that the authority has. */
  remove(sequences: readonly number[]): Promise<void>;
  readonly size: number;
  /** Messages given up because the queue was full, since its file was made. */
  readonly dropped: number;
}

/** The file is rewritten when it holds this much more than the messages in it. */
const SLACK_BYTES = 64 * 1024;

/**
 * Opens the queue in `path`. Above `limitBytes` of messages the oldest that is not final is dropped first,
 * then the oldest; what is dropped is counted.
 */
export async function openDurableQueue(
  path: string,
  options: { readonly limitBytes: number },
): Promise<DurableQueue> {
  const { log, records } = await openRecordLog(path);
  const messages = new Map<number, QueuedMessage & { readonly bytes: number }>();
  let next = 1;
  let dropped = 0;
  let bytes = 0;
  let fileBytes = 0;

  const forget = (sequence: number): void => {
    bytes -= messages.get(sequence)?.bytes ?? 0;
    messages.delete(sequence);
  };
  const apply = (record: LogRecord): void => {
    fileBytes += JSON.stringify(record).length + 1;
    if (typeof record.next === 'number') next = Math.max(next, record.next);
    if (typeof record.dropped === 'number') dropped = record.dropped;
    if (Array.isArray(record.remove)) {
      for (const sequence of record.remove) if (typeof sequence === 'number') forget(sequence);
    }
    const { sequence, body } = record;
    if (typeof sequence === 'number' && isObject(body)) {
      const size = JSON.stringify(body).length;
      messages.set(sequence, { sequence, final: record.final === true, body, bytes: size });
      bytes += size;
      next = Math.max(next, sequence + 1);
    }
  };
  for (const record of records) apply(record);

  const overLimit = (): number[] => {
    const gone: number[] = [];
    let excess = bytes - options.limitBytes;
    const oldestFirst = [...messages.values()];
    for (const droppable of [oldestFirst.filter((m) => !m.final), oldestFirst]) {
      for (const message of droppable) {
        if (excess <= 0) return gone;
        if (gone.includes(message.sequence)) continue;
        gone.push(message.sequence);
        excess -= message.bytes;
      }
    }
    return gone;
  };
  const write = async (added: readonly LogRecord[], durable: boolean): Promise<void> => {
    for (const record of added) apply(record);
    if (fileBytes - bytes <= SLACK_BYTES) return log.append(added, { durable });
    const kept = [...messages.values()].map(({ sequence, final, body }) => ({
      sequence,
      final,
      body,
    }));
    const whole: LogRecord[] = [{ next, dropped }, ...kept];
    fileBytes = whole.reduce((sum, record) => sum + JSON.stringify(record).length + 1, 0);
    await log.rewrite(whole);
  };

  return {
    async push(body, { final }) {
      const added: LogRecord[] = [{ sequence: next, final, body }];
      await write(added, final);
      const gone = overLimit();
      if (gone.length > 0) await write([{ remove: gone, dropped: dropped + gone.length }], false);
    },
    peek: (count) =>
      [...messages.values()]
        .slice(0, count)
        .map(({ sequence, final, body }) => ({ sequence, final, body })),
    remove: (sequences) => write([{ remove: [...sequences] }], false),
    get size() {
      return messages.size;
    },
    get dropped() {
      return dropped;
    },
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

function isObject(value: Json | undefined): value is LogRecord {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
