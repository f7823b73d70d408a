import type { InventoryRow } from '@moorline/model';
import { DAY_MS, dayOf, installedRelease, lagOf, timeText } from '../organization/days.ts';
import { isServer } from '../organization/persona.ts';
import { SALT } from '../organization/salts.ts';
import type { SoftwareProduct } from '../profile/fleet-profile.ts';
import { fraction, hashText } from '../random/draw.ts';
import type { RowContext, Rows } from './context.ts';

const MIB = 1024 ** 2;
/** Releases are counted from here. */
const FIRST_RELEASE_DAY = Date.UTC(2026, 0, 1) / DAY_MS;
const RPM_SYSTEMS = new Set(['rhel', 'fedora']);

/** What is installed: who has it follows from the device, which version from the day. */
export const installedSoftwareRows: Rows = (context) => {
  const { profile, persona, moment } = context;
  const rows: InventoryRow[] = [];
  for (const product of profile.software) {
    const row = installed(context, product);
    if (row) rows.push(row);
  }
  if (moment.bump === 0) return rows;
  const [first, ...others] = rows;
  // A change by hand: one more repair of the first product.
  return first
    ? [{ ...first, InstalledSize: Number(first.InstalledSize) + moment.bump }, ...others]
    : [odd(persona.name, moment.bump)];
};

function odd(name: string, bump: number): InventoryRow {
  return {
    ProductName: `Setup of ${name}`,
    ProductVersion: `1.${bump}`,
    Architecture: 'x64',
    Source: 'registry',
    Publisher: null,
    InstalledSize: MIB,
    InstallDate: null,
    Section: null,
    Description: null,
  };
}

function isFor({ persona }: RowContext, { audience, platforms }: SoftwareProduct): boolean {
  if (!platforms.includes(persona.platform)) return false;
  if (audience === 'system') return true;
  if (isServer(persona.kind)) return audience === 'servers';
  return audience === 'everybody' || persona.department.software.includes(audience);
}

function installed(context: RowContext, product: SoftwareProduct): InventoryRow | undefined {
  const { profile, seed, persona, moment } = context;
  if (!isFor(context, product)) return undefined;
  const salt = SALT.software ^ hashText(product.name);
  const { number } = persona;
  if (fraction(seed, salt, number) >= product.share) return undefined;
  const day = dayOf(moment.hour);
  const offset = FIRST_RELEASE_DAY + (hashText(product.name) % product.everyDays);
  const { release, installedOn } = installedRelease(
    (of) =>
      lagOf(fraction(seed, salt, number, of), profile.changes.updateLagDays, persona.isLaggard),
    product.everyDays,
    offset,
    day,
  );
  const isPackage = persona.platform === 'linux';
  const source = isPackage
    ? RPM_SYSTEMS.has(persona.release.distribution)
      ? 'rpm'
      : 'dpkg'
    : persona.platform === 'windows'
      ? 'registry'
      : 'bundle';
  return {
    ProductName: isPackage ? packageName(product.name) : product.name,
    ProductVersion: versionOf(product, release),
    Architecture: architectureOf(source, persona.processor.architecture),
    Source: source,
    Publisher: product.publisher,
    InstalledSize: Math.round(
      product.sizeMiB * MIB * (0.97 + 0.06 * fraction(seed, salt, number, 1)),
    ),
    InstallDate: timeText(installedOn * DAY_MS + (hashText(product.name) % 60_000) * 1000),
    Section: isPackage ? (product.audience === 'system' ? 'base' : 'local') : null,
    Description: null,
  };
}

function architectureOf(source: string, architecture: 'x64' | 'arM64'): string {
  if (source === 'dpkg') return architecture === 'x64' ? 'amd64' : 'arm64';
  if (source === 'rpm') return architecture === 'x64' ? 'x86_64' : 'aarch64';
  return architecture === 'x64' ? 'x64' : 'arm64';
}

function packageName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/\s*\(.*\)/g, '')
    .replaceAll(/[^a-z0-9.+]+/g, '-');
}

/** The version of a product's release, counted from the beginning of 2026; the same on every device. */
function versionOf(product: SoftwareProduct, release: number): string {
  const hash = hashText(`${product.name} ${release}`);
  const count = Math.max(0, release + 12);
  const date = new Date((FIRST_RELEASE_DAY + release * product.everyDays) * DAY_MS);
  const values: Readonly<Record<string, number>> = {
    major: Math.max(0, product.major + release),
    release: count,
    minor: hash % 10,
    year: date.getUTCFullYear() % 100,
    month: date.getUTCMonth() + 1,
    build: 100 + count * 37 + (hash % 30),
    patch: (hash >>> 8) % 220,
  };
  return product.version.replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}
