import type { FileTree } from './file-tree.ts';

/** Whether a block device lies on an encrypted one; null: it cannot be told. */
export interface BlockEncryption {
  readonly isOn: boolean | null;
  /** `LUKS2`, `PLAIN`, … as the mapping's id begins. */
  readonly method: string | null;
  readonly mapping: string | null;
}

const DEEPEST = 8;

/** @spec dm-crypt: the id of a mapping is `CRYPT-<type>-<uuid>-<name>` */
export function encryptionOf(files: FileTree, kernelName: string, depth = 0): BlockEncryption {
  const device = `/sys/class/block/${kernelName}`;
  const unknown = { isOn: null, method: null, mapping: null };
  if (depth > DEEPEST || files.stat(device) === null) return unknown;
  const [kind, method] = files.line(`${device}/dm/uuid`)?.split('-') ?? [];
  if (kind === 'CRYPT') {
    return { isOn: true, method: method ?? null, mapping: files.line(`${device}/dm/name`) };
  }
  const beneath = files
    .names(`${device}/slaves`)
    .map((name) => encryptionOf(files, name, depth + 1));
  const encrypted = beneath.find(({ isOn }) => isOn);
  if (encrypted) return encrypted;
  return beneath.some(({ isOn }) => isOn === null) ? unknown : { ...unknown, isOn: false };
}
