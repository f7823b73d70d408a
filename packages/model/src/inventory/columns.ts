import type { InventoryColumn } from './inventory-class.ts';

/** A column of text, at most `maxLength` UTF-16 units. */
export function text(name: string, maxLength: number, description: string): InventoryColumn {
  return { name, type: 'string', maxLength, description };
}

/** A column of text that may hold secrets. */
export function sensitive(name: string, maxLength: number, description: string): InventoryColumn {
  return { name, type: 'string', maxLength, description, isSensitive: true };
}

export function int(name: string, description: string, unit?: string): InventoryColumn {
  return { name, type: 'int', ...(unit === undefined ? {} : { unit }), description };
}

export function bool(name: string, description: string): InventoryColumn {
  return { name, type: 'bool', description };
}

export function dateTime(name: string, description: string): InventoryColumn {
  return { name, type: 'dateTime', description };
}
