import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What a durable write leaves behind when a kill cuts it off. */
const LEFTOVER = /\.new$/;

/** Makes the folder (mode 0700) when missing, and removes what interrupted writes left in it. */
export async function openFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  for (const name of await readdir(path)) {
    if (LEFTOVER.test(name)) await rm(join(path, name), { force: true });
  }
}
