// Writes docs/inventory.md's catalogue from the declared classes. `--check` writes nothing and fails when the page is
// out of date.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INVENTORY_CATEGORIES, INVENTORY_CLASSES, type InventoryColumn } from '@moorline/model';

const BEGIN = '<!-- catalogue: written by tools/inventory-page.ts -->';
const END = '<!-- end of the catalogue -->';
const file = join(import.meta.dirname, '..', 'docs', 'inventory.md');

const CADENCES = { cycle: 'each inventory cycle', day: 'once a day' } as const;

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function typeOf({ type, unit, maxLength, isSensitive }: InventoryColumn): string {
  const bounds = type === 'string' ? ` ≤ ${maxLength ?? 1024}` : '';
  return `${type}${bounds}${unit ? `, ${unit}` : ''}${isSensitive ? ', **sensitive**' : ''}`;
}

const parts = INVENTORY_CATEGORIES.flatMap((category) => {
  const members = INVENTORY_CLASSES.filter((declared) => declared.category === category);
  const title = category.charAt(0).toUpperCase() + category.slice(1);
  const classes = members.map(({ name, description, key, platforms, cadence, maxRows, columns }) =>
    [
      `#### ${name}`,
      '',
      description,
      '',
      `Key: ${key.length > 0 ? key.join(', ') : 'none, one row'} · at most ${maxRows} ${maxRows === 1 ? 'row' : 'rows'} · ${platforms.join(', ')} · ${CADENCES[cadence]}`,
      '',
      '| column | type | |',
      '|---|---|---|',
      ...columns.map(
        (column) => `| ${column.name} | ${typeOf(column)} | ${cell(column.description)} |`,
      ),
      '',
    ].join('\n'),
  );
  return classes.length > 0 ? [`### ${title}\n`, ...classes] : [];
});

const page = await readFile(file, 'utf8');
const [before, rest] = page.split(BEGIN);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined) throw new Error(`${file} has lost its marks`);
const written = `${before}${BEGIN}\n\n${INVENTORY_CLASSES.length} classes.\n\n${parts.join('\n')}\n${END}${after}`;
if (written !== page) {
  if (process.argv.includes('--check')) {
    console.error('out of date: docs/inventory.md; run node tools/inventory-page.ts');
    process.exitCode = 1;
  } else {
    await writeFile(file, written);
  }
}
