import type { Host } from '../host.ts';
import { publisherName } from '../publisher.ts';
import type { FoundRow } from '../rows.ts';
import { readRpmHeaders } from '../rpm-database.ts';
import { createRpmHeader, type RpmHeader, TAG } from '../rpm-header.ts';

export async function* collectRpm({ files, pace }: Host): AsyncIterable<FoundRow> {
  for (const blob of readRpmHeaders(files)) {
    if (pace.due()) await pace.rest();
    const header = createRpmHeader(blob);
    const row = header && rpmRow(header);
    if (row) yield row;
  }
}

/** A header's package as a row; undefined for a signing key, which the database keeps as a package too. */
export function rpmRow(header: RpmHeader): FoundRow | undefined {
  const name = header.text(TAG.name);
  const version = header.text(TAG.version);
  if (name === null || version === null || name === 'gpg-pubkey') return undefined;
  const epoch = header.integer(TAG.epoch);
  const release = header.text(TAG.release);
  const seconds = header.integer(TAG.installTime);
  return {
    ProductName: name,
    ProductVersion: `${epoch ? `${epoch}:` : ''}${version}${release === null ? '' : `-${release}`}`,
    Architecture: header.text(TAG.arch) ?? 'noarch',
    Source: 'rpm',
    Publisher: publisherName(header.text(TAG.vendor) ?? header.text(TAG.packager)),
    InstalledSize: header.integer(TAG.longSize) ?? header.integer(TAG.size),
    InstallDate: seconds === null ? null : seconds * 1000,
    Section: section(header.text(TAG.group)),
    Description: header.text(TAG.summary),
  };
}

// The group has been out of use for long: what builders put instead says nothing.
function section(group: string | null): string | null {
  return group === 'Unspecified' || group === 'unspecified' ? null : group;
}
