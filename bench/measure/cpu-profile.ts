import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { WebSocket } from 'ws';

/** Node option that lets a profile be taken; costs next to nothing until it is. */
export const INSPECT = '--inspect=127.0.0.1:0';

export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

export interface ProfileRow {
  readonly name: string;
  readonly selfMs: number;
  /** Of the time in which the thread was not idle. */
  readonly share: number;
}

const SAMPLING_US = 500;

/**
 * Profiles the main thread of a process that was started with `INSPECT`, for as long as `work` runs.
 * @param logFile what the process writes to stderr: it names the inspector's address
 */
export async function profiled<T>(
  logFile: string,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly profile: CpuProfile }> {
  const address = [...(await readFile(logFile, 'utf8')).matchAll(/Debugger listening on (ws:\S+)/g)]
    .at(-1)
    ?.at(1);
  if (address === undefined) throw new Error(`no inspector is named in ${logFile}`);
  const socket = new WebSocket(address, { maxPayload: 1024 * 1024 * 1024 });
  await once(socket, 'open');
  let serial = 0;
  const waiting = new Map<number, (result: unknown) => void>();
  socket.on('message', (data) => {
    const { id, result }: { id?: number; result?: unknown } = JSON.parse(String(data));
    if (id !== undefined) waiting.get(id)?.(result);
  });
  const call = (method: string, params: object = {}): Promise<unknown> =>
    new Promise((resolve) => {
      const id = ++serial;
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
  await call('Profiler.enable');
  await call('Profiler.setSamplingInterval', { interval: SAMPLING_US });
  await call('Profiler.start');
  try {
    const result = await work();
    // The inspector's own protocol gives it this shape.
    const { profile } = (await call('Profiler.stop')) as { profile: CpuProfile };
    return { result, profile };
  } finally {
    socket.terminate();
  }
}

/** Where the thread's own time went, most first. */
export function topRows(profile: CpuProfile, count: number): readonly ProfileRow[] {
  const selfUs = new Map<number, number>();
  profile.samples.forEach((id, index) => {
    selfUs.set(id, (selfUs.get(id) ?? 0) + Math.max(0, profile.timeDeltas[index] ?? 0));
  });
  const byName = new Map<string, number>();
  for (const { id, callFrame } of profile.nodes) {
    const name = nameOf(callFrame);
    byName.set(name, (byName.get(name) ?? 0) + (selfUs.get(id) ?? 0));
  }
  byName.delete('(idle)');
  const busyUs = [...byName.values()].reduce((total, us) => total + us, 0);
  return [...byName]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, us]) => ({ name, selfMs: us / 1000, share: us / busyUs }));
}

/** Writes it where Chromium's developer tools open it. */
export async function writeProfile(file: string, profile: CpuProfile): Promise<void> {
  await writeFile(file, JSON.stringify(profile));
}

function nameOf(frame: CpuProfile['nodes'][number]['callFrame']): string {
  if (frame.url === '') return frame.functionName || '(native)';
  const file = frame.url.split('/').slice(-2).join('/');
  return `${frame.functionName || '(anonymous)'}  ${file}:${frame.lineNumber + 1}`;
}
