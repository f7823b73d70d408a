import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a whole file so that after a power cut either the old or the new content is there; mode 0600. */
export function writeDurably(path: string, text: string): void {
  const making = `${path}.new`;
  const file = openSync(making, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(making, path);
  syncFolder(dirname(path));
}

/** Makes renames in `folder` survive a power cut. */
export function syncFolder(folder: string): void {
  // Windows has no folder handles to sync; NTFS journals renames.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
