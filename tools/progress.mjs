// One line per step: on a terminal it is drawn again as it moves on, in a log only its end is written.
const WIDTH = 14;
const QUIET_REPORT_MS = 15_000;

/** Starts a step; `update` says how far it is, `done` ends its line with the time that it took. */
export function startStep(name) {
  const started = Date.now();
  const terminal = process.stdout.isTTY === true && process.env.TERM !== 'dumb';
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  let detail = '';
  let reported = started;
  const draw = () => {
    if (terminal) {
      process.stdout.write(`\r\x1b[2K${name.padEnd(WIDTH)} ${detail} ${seconds()}`);
    } else if (Date.now() - reported >= QUIET_REPORT_MS) {
      reported = Date.now();
      console.log(`${name.padEnd(WIDTH)} ${detail} (${seconds()})`);
    }
  };
  const timer = setInterval(draw, terminal ? 200 : 1000);
  timer.unref();
  const clear = () => {
    clearInterval(timer);
    if (terminal) process.stdout.write('\r\x1b[2K');
  };
  return {
    update(text) {
      detail = text;
      draw();
    },
    done(text) {
      clear();
      console.log(`${name.padEnd(WIDTH)} ${text} (${seconds()})`);
    },
    /** Ends the step without a line. */
    drop: clear,
  };
}
