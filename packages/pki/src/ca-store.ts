import { chmod, link, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno, readIfPresent, removeDurably, writeDurably } from '@moorline/files';

/** Certificate of the authority, PEM, for whoever wants to trust it. */
export const CA_CERTIFICATE_FILE = 'ca.pem';
const SECRET_FILE = 'authority.pem';

/** Where the authority keeps itself: key and certificate are one file, so that one step makes both. */
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
  return {
    secretFile,
    read: () => readIfPresent(secretFile),
    async create(pem) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // A random name: what an interrupted attempt left behind is never in the way.
      const draft = join(folder, `.${randomName()}`);
      await writeDurably(draft, pem, { mode: 0o600 });
      try {
        // A link, unlike a rename, never replaces an authority that is already there.
        await link(draft, secretFile);
      } catch (error) {
        if (!isErrno(error) || error.code !== 'EEXIST') throw error;
      } finally {
        await removeDurably(draft);
      }
    },
    async publish(certificatePem) {
      await chmod(secretFile, 0o600);
      if ((await readIfPresent(publicFile)) === certificatePem) return;
      await writeDurably(publicFile, certificatePem, { mode: 0o644 });
    },
  };
}
