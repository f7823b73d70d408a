import type { Logger } from '@moorline/kernel';
import { destination, type Level, pino } from 'pino';

const SECRETS = ['token', 'secret', 'password', 'cookie', 'authorization', 'key', 'csr'];

/**
 * A pino logger: JSON lines, on standard error by default, with members that look like secrets left out.
 * @param options.level default `info`
 */
export function createLogger(options: {
  readonly name: string;
  readonly level?: Level | 'silent';
  readonly stream?: { write(line: string): void };
}): Logger {
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
    },
    options.stream ?? destination({ fd: 2, sync: true }),
  );
}
