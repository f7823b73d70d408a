import { basename } from 'node:path/posix';
import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { shortLines } from '../short-lines.ts';

const MOST = 5000;
const METADATA_BYTES = 256 * 1024;

/** @spec snapcraft "snap.yaml": the fields of the first level, one a line */
export async function* collectSnaps({ files, pace }: Host): AsyncIterable<FoundRow> {
  const mounts = ['/snap', '/var/lib/snapd/snap'].find((path) => files.names(path).length > 0);
  if (mounts === undefined) return;
  for (const name of files.names(mounts).slice(0, MOST)) {
    if (pace.due()) await pace.rest();
    const yaml = files.text(`${mounts}/${name}/current/meta/snap.yaml`, METADATA_BYTES);
    if (yaml === null) continue;
    const text = shortLines(yaml).join('\n');
    const field = (key: string): string | null => {
      const value = new RegExp(`^${key}:[ \\t]*(\\S.*?)[ \\t]*$`, 'm').exec(text)?.[1];
      return value?.replace(/^(["'])(.*)\1$/, '$2') ?? null;
    };
    const revision = files.link(`${mounts}/${name}/current`);
    const image = files.stat(`/var/lib/snapd/snaps/${name}_${basename(revision ?? '')}.snap`);
    const architecture = /^architectures:[^\S\n]*(?:\[\s*(\w+)|\n\s*-\s*(\w+))/m.exec(text);
    yield {
      ProductName: field('name') ?? name,
      ProductVersion: field('version') ?? revision ?? 'unknown',
      Architecture: architecture?.[1] ?? architecture?.[2] ?? 'all',
      Source: 'snap',
      InstalledSize: image?.size,
      InstallDate: image?.mtimeMs,
      Section: field('type') ?? 'app',
      Description: field('summary'),
    };
  }
}

/** @spec flatpak(1) "Storage": app/ID/ARCHITECTURE/BRANCH/active */
export async function* collectFlatpaks({ files, pace }: Host): AsyncIterable<FoundRow> {
  for (const kind of ['app', 'runtime'] as const) {
    const folder = `/var/lib/flatpak/${kind}`;
    for (const id of files.names(folder).slice(0, MOST)) {
      for (const architecture of files.names(`${folder}/${id}`)) {
        if (architecture === 'current') continue;
        for (const branch of files.names(`${folder}/${id}/${architecture}`)) {
          if (pace.due()) await pace.rest();
          const active = `${folder}/${id}/${architecture}/${branch}/active`;
          const deployed = files.stat(`${active}/metadata`);
          if (deployed === null) continue;
          const about = appData(files, active, id);
          yield {
            ProductName: id,
            ProductVersion: /<release\b[^>]*?\bversion="([^"]{1,255})"/.exec(about)?.[1] ?? branch,
            Architecture: architecture,
            Source: 'flatpak',
            InstallDate: deployed.mtimeMs,
            Section: kind,
            Description: /<summary>([^<]{1,255})<\/summary>/.exec(about)?.[1],
          };
        }
      }
    }
  }
}

function appData(files: FileTree, active: string, id: string): string {
  const places = [
    `metainfo/${id}.metainfo.xml`,
    `metainfo/${id}.appdata.xml`,
    `appdata/${id}.appdata.xml`,
  ];
  for (const place of places) {
    const text = files.text(`${active}/files/share/${place}`, METADATA_BYTES);
    if (text !== null) return text;
  }
  return '';
}
