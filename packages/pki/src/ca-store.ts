import { chmod, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Certificate of the authority, PEM, for whoever wants to trust it. */
export const CA_CERTIFICATE_FILE = 'ca.pem';
const SECRET_FILE = 'authority.pem';

/** Where the authority keeps itself: key and certificate are one file, so that one rename makes both. */
export interface CaStore {
  readonly secretFile: string;
  /** Key and certificate in PEM, or undefined when there is no authority yet. */
  read(): Promise<string | undefined>;
  /** Keeps the first authority: when another process made one in between, that one stays. */
  create(pem: string): Promise<void>;
  /** Puts the certificate beside it for others to read; derived, written again when it differs. */
  publish(certificatePem: string): Promise<void>;
}

export function caStore(folder: string, randomName: () => string): CaStore {
  const secretFile = join(folder, SECRET_FILE);
  const publicFile = join(folder, CA_CERTIFICATE_FILE);
  const temporary = (): string => join(folder, `.${randomName()}.new`);
  return {
    secretFile,
    read: () => readIfThere(secretFile),
    async create(pem) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = temporary();
      await writeDurably(file, pem, 0o600);
      try {
        // A link, unlike a rename, never replaces an authority that is already there.
        await link(file, secretFile);
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      } finally {
        await rm(file, { force: true });
      }
      await syncFolder(folder);
    },
    async publish(certificatePem) {
      await chmod(secretFile, 0o600);
      if ((await readIfThere(publicFile)) === certificatePem) return;
      const file = temporary();
      await writeDurably(file, certificatePem, 0o644);
      await rename(file, publicFile);
      await syncFolder(dirname(publicFile));
    },
  };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function writeDurably(file: string, text: string, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows has no handle on a folder to sync, and its rename needs none.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
