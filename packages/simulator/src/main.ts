import { MoorlineError } from '@moorline/kernel';
import { readFleetArguments } from './process/options.ts';
import { type FleetMessage, serveFleet } from './process/serve.ts';

/** A process of simulated devices, which another one starts and speaks to over Node's IPC channel. */
const stopping = new AbortController();
const stop = (): void => stopping.abort();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
process.on('disconnect', stop);

function send(message: FleetMessage): void {
  // A parent that has gone meanwhile needs no answer: without a callback this would be thrown at the process.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

if (!process.connected) {
  console.error('This program is started by others: `moorline simulate` is the command.');
  process.exit(2);
}

try {
  await serveFleet(
    readFleetArguments(process.argv.slice(2)),
    {
      send,
      onRequest(listener) {
        process.on('message', (raw: unknown) => {
          if (raw === null || typeof raw !== 'object') return;
          const { id, method, params }: Record<string, unknown> = { ...raw };
          if (typeof id === 'number' && typeof method === 'string') listener(id, method, params);
        });
      },
    },
    stopping.signal,
  );
  process.exit(0);
} catch (error) {
  if (stopping.signal.aborted) process.exit(0);
  const message =
    error instanceof MoorlineError ? error.message : `The simulator cannot run: ${String(error)}`;
  // The process exits after this: the message must have left it.
  await new Promise((resolve) => {
    if (!process.connected) resolve(undefined);
    else process.send?.({ type: 'failed', message }, resolve);
  });
  process.exit(1);
}
