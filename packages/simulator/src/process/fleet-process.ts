import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { simulatorErrors } from '../errors.ts';
import type { ActionEvent } from '../fleet/actions.ts';
import { type FleetProcessOptions, fleetArguments } from './options.ts';
import type { FleetMessage, FleetMethods, FleetReady } from './serve.ts';

/** A fleet in a process of its own. Disposing stops it in order. */
export interface FleetProcess extends AsyncDisposable {
  readonly pid: number;
  readonly ready: FleetReady;
  /** Resolves with why, once it has ended. */
  readonly exited: Promise<string>;
  /** @throws `simulator.process_ended`, or Error with the process's own words */
  request<Name extends keyof FleetMethods>(
    method: Name,
    params: FleetMethods[Name]['params'],
  ): Promise<FleetMethods[Name]['result']>;
  kill(): void;
}

export interface FleetProcessDeps {
  /** The process's program; default: the one beside this file. A bundle has to name its own. */
  readonly entry?: string | undefined;
  readonly onProgress?: (step: string) => void;
  /** With `events`. */
  readonly onAction?: (event: ActionEvent) => void;
}

const STOP_MS = 10_000;
const CHANNEL_GRACE_MS = 500;

/** Starts the process and waits for its fleet to be open. @throws `simulator.process_ended` in its own words */
export async function startFleetProcess(
  options: FleetProcessOptions,
  deps: FleetProcessDeps = {},
): Promise<FleetProcess> {
  const entry = deps.entry ?? fileURLToPath(new URL('../main.ts', import.meta.url));
  const child = fork(entry, [...fleetArguments(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
    // A process group of its own: the terminal's Ctrl-C reaches the parent, which stops it in order.
    detached: process.platform !== 'win32',
  });
  const ready = Promise.withResolvers<FleetReady>();
  const exited = Promise.withResolvers<string>();
  const answers = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  let failure: string | undefined;
  // What the entry of this package sends, of the same version.
  child.on('message', (message: FleetMessage) => {
    if (message.type === 'ready') ready.resolve(message.info);
    else if (message.type === 'failed') failure = message.message;
    else if (message.type === 'progress') deps.onProgress?.(message.step);
    else if (message.type === 'action') deps.onAction?.(message.event);
    else {
      const answer = answers.get(message.id);
      answers.delete(message.id);
      if (message.error === undefined) answer?.resolve(message.result);
      else answer?.reject(new Error(message.error));
    }
  });
  const ended = (reason: string): void => {
    const error = simulatorErrors.processEnded({ reason: failure ?? reason });
    ready.reject(failure === undefined ? error : new Error(failure));
    for (const answer of answers.values()) answer.reject(error);
    exited.resolve(failure ?? reason);
  };
  child.on('error', (error) => ended(error.message));
  child.on('exit', (code, signal) => {
    const reason = signal ? `signal ${signal}` : `exit code ${code}`;
    // The exit may be known before the last message over the channel is: the channel's own end comes after it.
    if (!child.connected) return ended(reason);
    const late = setTimeout(() => ended(reason), CHANNEL_GRACE_MS);
    child.once('disconnect', () => {
      clearTimeout(late);
      ended(reason);
    });
  });
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited.promise;
    clearTimeout(timer);
  };
  return {
    ready: await ready.promise,
    pid: child.pid ?? 0,
    exited: exited.promise,
    request<Name extends keyof FleetMethods>(
      method: Name,
      params: FleetMethods[Name]['params'],
    ): Promise<FleetMethods[Name]['result']> {
      const id = ++lastId;
      const answer = Promise.withResolvers<unknown>();
      if (!child.connected) return Promise.reject(simulatorErrors.processEnded({ reason: 'gone' }));
      answers.set(id, answer);
      child.send({ type: 'request', id, method, params });
      // The answer of that method, by the table that both ends share.
      return answer.promise as Promise<FleetMethods[Name]['result']>;
    },
    kill: () => void child.kill('SIGKILL'),
    [Symbol.asyncDispose]: stop,
  };
}
