import type { Clock } from '@moorline/kernel';
import { fitText } from '../output/safe-text.ts';
import type { Terminal } from '../terminal.ts';

const NAME_WIDTH = 14;
const TEXT_WIDTH = 46;

/** The lines of a start-up: one per step that is done, with the time that it took. */
export interface StepPrinter {
  /** Runs `work`; `describe` says what came of it. A failure prints nothing and passes on. */
  step<T>(name: string, work: Promise<T>, describe: (result: T) => string): Promise<T>;
  /** What a step is doing now: shown on a terminal until something else is. */
  progress(name: string, text: string): void;
  /** A line of its own. */
  line(text: string): void;
}

export function createStepPrinter(terminal: Terminal, clock: Clock): StepPrinter {
  let transient = false;
  const clear = (): void => {
    if (transient) terminal.write('\r\u001b[2K');
    transient = false;
  };
  const line = (text: string): void => {
    clear();
    terminal.write(`${text}\n`);
  };
  return {
    line,
    progress(name, text) {
      if (terminal.columns === undefined) return;
      clear();
      terminal.write(fitText(`${name.padEnd(NAME_WIDTH)} ${text} …`, terminal.columns - 1));
      transient = true;
    },
    async step(name, work, describe) {
      const started = clock.now();
      const result = await work;
      const seconds = ((clock.now() - started) / 1000).toFixed(1);
      line(`${name.padEnd(NAME_WIDTH)} ${describe(result).padEnd(TEXT_WIDTH)} ${seconds} s`);
      return result;
    },
  };
}
