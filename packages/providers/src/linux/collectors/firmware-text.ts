import type { FileTree } from '../file-tree.ts';

/** What makers leave in a field that they never filled in. */
const PLACEHOLDER =
  /^(to be filled( by o\.?e\.?m\.?)?|default string|not (specified|applicable|available|set)|none|n\/a|unknown|invalid|oem|o\.e\.m\.|system (serial number|manufacturer|product name|sku|family)|type1family|chassis serial number|empty|0+|1234567890?|0123456789|x+|-+|\.+)$/i;

/** A field of the firmware's tables, or null when the maker put nothing of meaning there. */
export function firmwareText(files: FileTree, field: string): string | null {
  return meaningfulText(files.line(`/sys/class/dmi/id/${field}`));
}

/** The text, or null when it is what makers leave in a field that they never filled in. */
export function meaningfulText(value: string | null): string | null {
  return value === null || PLACEHOLDER.test(value) ? null : value;
}

/** The same of a machine that is described by a device tree instead: its texts end with NUL. */
export function deviceTreeText(files: FileTree, property: string): string | null {
  const value = files.text(`/proc/device-tree/${property}`)?.replaceAll('\0', '').trim();
  return value ? value : null;
}
