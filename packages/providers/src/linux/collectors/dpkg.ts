import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import { publisherName } from '../publisher.ts';
import type { FoundRow } from '../rows.ts';

const STATUS_BYTES = 64 * 1024 * 1024;
const FIELDS = new Set([
  'package',
  'status',
  'version',
  'architecture',
  'maintainer',
  'installed-size',
  'section',
  'description',
  'multi-arch',
]);

/** @spec deb-control(5), dpkg(1) "Package states" */
export function* collectDpkg({ files }: Host): Iterable<FoundRow> {
  const text = files.table('/var/lib/dpkg/status', STATUS_BYTES);
  if (text === null) return;
  for (const paragraph of paragraphs(text)) {
    // "install ok installed", "hold ok installed": the third word is the state.
    if (paragraph.get('status')?.split(' ')[2] !== 'installed') continue;
    const kibibytes = Number(paragraph.get('installed-size') ?? Number.NaN);
    yield {
      ProductName: paragraph.get('package'),
      ProductVersion: paragraph.get('version'),
      Architecture: paragraph.get('architecture'),
      Source: 'dpkg',
      Publisher: publisherName(paragraph.get('maintainer')),
      InstalledSize: kibibytes * 1024,
      InstallDate: installTime(files, paragraph),
      Section: paragraph.get('section'),
      Description: paragraph.get('description'),
    };
  }
}

// First lines of the fields that are asked for; continuation lines, most of the file, are stepped over.
function* paragraphs(text: string): Iterable<ReadonlyMap<string, string>> {
  let fields = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const first = text.charCodeAt(at);
    if (end === at) {
      if (fields.size > 0) yield fields;
      fields = new Map();
    } else if (first !== 0x20 && first !== 0x09) {
      const colon = text.indexOf(':', at);
      if (colon > at && colon < end && colon - at < 32) {
        const name = text.slice(at, colon).toLowerCase();
        if (FIELDS.has(name)) fields.set(name, text.slice(colon + 1, end).trim());
      }
    }
    at = end + 1;
  }
  if (fields.size > 0) yield fields;
}

// dpkg writes a package's list of files when it unpacks that version.
function installTime(files: FileTree, paragraph: ReadonlyMap<string, string>): number | null {
  const name = paragraph.get('package') ?? '';
  const architecture = paragraph.get('architecture') ?? '';
  if (!/^[a-z0-9][a-z0-9+.-]*$/.test(name) || !/^[a-z0-9-]+$/.test(architecture)) return null;
  const plain = `/var/lib/dpkg/info/${name}.list`;
  const qualified = `/var/lib/dpkg/info/${name}:${architecture}.list`;
  const isShared = paragraph.get('multi-arch') === 'same';
  const found =
    files.stat(isShared ? qualified : plain) ?? files.stat(isShared ? plain : qualified);
  return found?.mtimeMs ?? null;
}
