import { closeSync, fchmodSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LARGEST_BYTES = 10 * 1024 * 1024;
const KEPT = 3;

/** The log of one child, for the operating system to write to; a large one is put aside first. */
export interface LogFile extends Disposable {
  readonly path: string;
  readonly descriptor: number;
  /** How long it was when it was opened. */
  readonly startBytes: number;
}

/** Opens `<folder>/logs/<name>.log` for appending; mode 0600. */
export function openLogFile(folder: string, name: string): LogFile {
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const path = join(logs, `${name}.log`);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const large = size > LARGEST_BYTES;
  if (large) putAside(path);
  const descriptor = openSync(path, 'a', 0o600);
  fchmodSync(descriptor, 0o600);
  const startBytes = large ? 0 : size;
  return { path, descriptor, startBytes, [Symbol.dispose]: () => closeSync(descriptor) };
}

function putAside(path: string): void {
  for (let index = KEPT - 1; index >= 1; index--) {
    if (statSync(`${path}.${index}`, { throwIfNoEntry: false })) {
      renameSync(`${path}.${index}`, `${path}.${index + 1}`);
    }
  }
  renameSync(path, `${path}.1`);
}
