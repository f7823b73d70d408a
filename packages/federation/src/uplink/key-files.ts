import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '@moorline/files';
import { type Clock, type Entropy, uuidv7 } from '@moorline/kernel';
import { createKeyAndCsr } from '@moorline/pki';

export interface KeyFile {
  /** Name inside the folder. */
  readonly name: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
  /** PKCS #10, PEM. */
  readonly csr: string;
}

/**
 * The private keys of a connector, each in its own file (0600), written before anything is asked with it: a kill
 * between the request and its answer leaves the key to ask again with.
 */
export interface KeyFiles {
  read(name: string): Promise<KeyFile>;
  /** A key that no certificate uses yet: one left by an interrupted attempt, or a new one. */
  unused(inUse: string | null): Promise<KeyFile>;
  /** Removes every key but this, and those that were set aside. */
  keepOnly(name: string): Promise<void>;
  /** Keeps a copy that no later attachment takes or removes; answers its name. */
  setAside(name: string): Promise<string>;
  /** Removes one; one that is gone is no error. */
  remove(name: string): Promise<void>;
}

const NAME = /^connector-[0-9a-f-]{36}\.json$/;

export function createKeyFiles(deps: {
  readonly folder: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
}): KeyFiles {
  const { folder } = deps;
  const names = async (): Promise<string[]> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  };
  const read = async (name: string): Promise<KeyFile> => {
    const content: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
    const { privateKey, csr } = content as { privateKey: string; csr: string }; // written by `unused`
    return { name, privateKey, csr };
  };
  return {
    read,
    async unused(inUse) {
      const left = (await names()).filter((name) => name !== inUse).at(-1);
      if (left) return read(left);
      const made = await createKeyAndCsr('connector');
      const name = `connector-${uuidv7(deps.clock, deps.entropy)}.json`;
      await writeDurably(join(folder, name), JSON.stringify(made));
      return { name, ...made };
    },
    async setAside(name) {
      const copy = `departed-${uuidv7(deps.clock, deps.entropy)}.json`;
      await writeDurably(join(folder, copy), await readFile(join(folder, name), 'utf8'));
      return copy;
    },
    remove: (name) => rm(join(folder, name), { force: true }),
    async keepOnly(kept) {
      for (const name of await names()) if (name !== kept) await rm(join(folder, name));
    },
  };
}
