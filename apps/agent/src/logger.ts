import type { Logger } from '@moorline/kernel';
import { destination, pino } from 'pino';
import { UsageError } from './command-line.ts';

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

/** JSON lines on standard error. @throws UsageError for a level that there is not */
export function createStderrLogger(level: string = 'info'): Logger {
  if (!LEVELS.includes(level)) {
    throw new UsageError(`MOORLINE_LOG takes one of ${LEVELS.join(', ')}, not ${level}.`);
  }
  return pino({ name: 'agent', level }, destination({ fd: 2, sync: true }));
}
