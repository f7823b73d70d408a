import { systemClock, systemEntropy } from '@moorline/kernel';
import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

/** One press of Ctrl-C may arrive more than once: from the terminal, and again from every program above. */
const ONE_PRESS_MS = 1000;
/** How long a command that is told twice may still take. */
const FORCED_MS = 2000;
const INTERRUPTED = 130;

const stop = new AbortController();
const forced = new AbortController();
let pressedAt: number | undefined;
const onSignal = (): void => {
  const now = Date.now();
  pressedAt ??= now;
  if (now - pressedAt > ONE_PRESS_MS) {
    forced.abort();
    setTimeout(() => process.exit(INTERRUPTED), FORCED_MS);
  }
  stop.abort();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
// A channel is there when another program runs this one: it is to end with it.
if (process.connected) {
  process.on('disconnect', onSignal);
  process.channel?.unref();
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
// What was written is let go first: a pipe's reader may be slow.
process.stdout.write('', () => process.exit(code));
