import type { FileTree } from './file-tree.ts';

const PLACES = ['/usr/share/hwdata', '/usr/share/misc'] as const;
const NAMES_BYTES = 8 * 1024 * 1024;

/** Names of makers and products by their numbers, from the list that the system has installed. */
export interface HardwareNames {
  vendor(id: string): string | null;
  product(vendorId: string, productId: string): string | null;
}

/** `pci.ids` or `usb.ids`; without one every name is null. @spec the lists' own header */
export function readHardwareNames(files: FileTree, list: 'pci.ids' | 'usb.ids'): HardwareNames {
  let text: string | null = null;
  for (const place of PLACES) text ??= files.text(`${place}/${list}`, NAMES_BYTES);
  const all = `\n${text ?? ''}`;
  // Looked up, not read as a whole: a machine has a dozen of the 40,000.
  const vendorAt = (id: string): number => (isId(id) ? all.indexOf(`\n${id}  `) : -1);
  const restOfLine = (from: number): string | null => {
    const end = all.indexOf('\n', from);
    return all.slice(from, end < 0 ? undefined : end).trim() || null;
  };
  return {
    vendor(id) {
      const at = vendorAt(id);
      return at < 0 ? null : restOfLine(at + id.length + 3);
    },
    product(vendorId, productId) {
      const at = vendorAt(vendorId);
      if (at < 0 || !isId(productId)) return null;
      // The maker's products end where a line begins without a tab.
      const next = all.slice(at + 1).search(/\n[^\t#\n]/);
      const end = next < 0 ? all.length : at + 1 + next;
      const found = all.indexOf(`\n\t${productId}  `, at);
      return found < 0 || found > end ? null : restOfLine(found + productId.length + 4);
    },
  };
}

function isId(text: string): boolean {
  return /^[0-9a-f]{4}$/.test(text);
}
