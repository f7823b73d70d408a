import type { Clock } from '@moorline/kernel';
import type { ProcessStats } from '@moorline/simulator/process';
import type { OutputFormat } from '../output/print.ts';
import { fitText } from '../output/safe-text.ts';
import type { Terminal } from '../terminal.ts';

/** How a simulation goes: one line that is redrawn on a terminal, a plain one now and then elsewhere. */
export interface ProgressLine {
  readonly show: (stats: ProcessStats) => void;
  /** Leaves what is shown where it is. Idempotent. */
  end(): void;
}

const PLAIN_EVERY_MS = 10_000;

export function createProgressLine(
  terminal: Terminal,
  clock: Clock,
  output: OutputFormat,
): ProgressLine {
  let isDrawn = false;
  let before: { readonly at: number; readonly enrolled: number } | undefined;
  let shownAt = 0;
  let shownEnrolled = -1;
  return {
    show(stats) {
      const at = clock.now();
      const seconds = before ? (at - before.at) / 1000 : 0;
      const rate = before && seconds > 0 ? (stats.enrolled - before.enrolled) / seconds : 0;
      before = { at, enrolled: stats.enrolled };
      if (output === 'json') {
        terminal.write(`${JSON.stringify({ at: new Date(at).toISOString(), ...stats })}\n`);
        return;
      }
      const text = progressText(stats, rate);
      if (terminal.columns !== undefined) {
        terminal.write(`\r\u001b[2K${fitText(text, terminal.columns - 1)}`);
        isDrawn = true;
        return;
      }
      const isDone = stats.enrolled === stats.devices && shownEnrolled < stats.devices;
      if (at - shownAt < PLAIN_EVERY_MS && !isDone) return;
      shownAt = at;
      shownEnrolled = stats.enrolled;
      terminal.write(`${text}\n`);
    },
    end() {
      if (isDrawn) terminal.write('\n');
      isDrawn = false;
    },
  };
}

export function progressText(stats: ProcessStats, enrolledPerSecond: number): string {
  const { devices, enrolled, online, connected, actions } = stats;
  const answered = actions.succeeded + actions.failed;
  const errors = Object.values(stats.errors).reduce((sum, count) => sum + count, 0);
  const enrolling =
    enrolled < devices
      ? `enrolling ${enrolled} of ${devices} (${enrolledPerSecond.toFixed(0)}/s)`
      : `${devices} devices`;
  return [
    enrolling,
    `${online} switched on`,
    `${connected} connected`,
    `${answered} actions answered`,
    `${errors} errors`,
  ].join(' · ');
}
