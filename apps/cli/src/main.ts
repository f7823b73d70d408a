import { systemClock, systemEntropy } from '@moorline/kernel';
import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

/** One press of Ctrl-C may arrive more than once: from the terminal, and again from every program above. */
const ONE_PRESS_MS = 1000;

const stop = new AbortController();
const forced = new AbortController();
let pressedAt: number | undefined;
const onSignal = (): void => {
  const now = Date.now();
  pressedAt ??= now;
  if (now - pressedAt > ONE_PRESS_MS) forced.abort();
  stop.abort();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
// A channel is there when another program runs this one: it is to end with it.
if (process.connected) {
  process.channel?.unref();
  process.on('disconnect', onSignal);
}
// The reader of a pipe may have gone (`| head`).
process.stdout.on('error', () => process.exit(0));

const code = await run(process.argv.slice(2), {
  terminal: processTerminal,
  clock: systemClock,
  entropy: systemEntropy,
  environment: process.env,
  signal: stop.signal,
  forced: forced.signal,
});
process.exit(code);
