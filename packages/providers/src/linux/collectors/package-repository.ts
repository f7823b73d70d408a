import { aptListNames } from '../apt-lists.ts';
import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import { maskSecrets } from '../mask-secrets.ts';
import type { FoundRow } from '../rows.ts';
import { flagOf, parseSections } from '../sections.ts';
import { shortLines } from '../short-lines.ts';

const MOST_FILES = 500;
const CONFIG_BYTES = 256 * 1024;

export function* collectPackageRepositories({ files }: Host): Iterable<FoundRow> {
  yield* aptSources(files);
  yield* sectionSources(files, 'dnf', ['/etc/yum.repos.d', '/etc/dnf/repos.d']);
  yield* sectionSources(files, 'zypper', ['/etc/zypp/repos.d']);
  yield* flatpakRemotes(files);
}

/** @spec sources.list(5): lines, or paragraphs of fields */
function* aptSources(files: FileTree): Iterable<FoundRow> {
  const folder = '/etc/apt/sources.list.d';
  const names = files.names(folder).slice(0, MOST_FILES);
  const lists = aptListNames(files);
  const paths = ['/etc/apt/sources.list', ...names.map((name) => `${folder}/${name}`)];
  for (const path of paths) {
    if (path.endsWith('.list')) {
      for (const line of shortLines(files.text(path, CONFIG_BYTES)))
        yield* aptLine(files, line, path, lists);
    } else if (path.endsWith('.sources')) {
      const text = shortLines(files.text(path, CONFIG_BYTES))
        .filter((line) => !line.startsWith('#'))
        .join('\n');
      for (const paragraph of text.split(/\n\s*\n/))
        yield* aptParagraph(files, paragraph, path, lists);
    }
  }
}

function* aptLine(
  files: FileTree,
  line: string,
  path: string,
  lists: readonly string[],
): Iterable<FoundRow> {
  const [, hash, type, options = '', rest] =
    /^(#\s*)?(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S.*)$/.exec(line.trim()) ?? [];
  if (type === undefined || rest === undefined) return;
  const [uri = '', suite = '', ...components] = rest
    .replace(/\s#.*$/, '')
    .trim()
    .split(/\s+/);
  if (!/^[a-z+]+:/.test(uri)) return;
  const trusted = flagOf(/\btrusted=(\w+)/.exec(options)?.[1]);
  yield aptRow(files, lists, {
    path,
    type,
    uri,
    suite,
    components: components.join(' '),
    isEnabled: hash === undefined,
    isSigned: trusted === true ? false : /\bsigned-by=/.test(options) ? true : null,
  });
}

function* aptParagraph(
  files: FileTree,
  paragraph: string,
  path: string,
  lists: readonly string[],
): Iterable<FoundRow> {
  const unfolded = paragraph.replace(/\n[ \t]+/g, ' ');
  const field = (name: string): string =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(unfolded)?.[1]?.trim() ?? '';
  const isSigned = flagOf(field('Trusted')) === true ? false : field('Signed-By') !== '' || null;
  for (const type of field('Types').split(/\s+/).filter(Boolean))
    for (const uri of field('URIs').split(/\s+/).filter(Boolean))
      for (const suite of field('Suites').split(/\s+/).filter(Boolean))
        yield aptRow(files, lists, {
          path,
          type,
          uri,
          suite,
          components: field('Components'),
          isEnabled: flagOf(field('Enabled') || undefined) !== false,
          isSigned,
        });
}

function aptRow(
  files: FileTree,
  lists: readonly string[],
  source: {
    readonly path: string;
    readonly type: string;
    readonly uri: string;
    readonly suite: string;
    readonly components: string;
    readonly isEnabled: boolean;
    readonly isSigned: boolean | null;
  },
): FoundRow {
  const { path, type, uri, suite, components, isEnabled, isSigned } = source;
  const masked = maskSecrets(uri);
  const start = `${uri.replace(/^[a-z+]+:\/\/([^@/]*@)?/, '').replace(/\/$/, '')}/dists/${suite}`;
  const list = lists.find((name) =>
    name.startsWith(`${start.replace(/\/$/, '').replaceAll('/', '_')}_`),
  );
  return {
    Name: `${type} ${masked} ${suite} ${components}`,
    File: path,
    Kind: 'apt',
    URI: masked,
    Suites: suite,
    Components: components,
    IsEnabled: isEnabled,
    IsSigned: isSigned,
    LastUpdated: list && files.stat(`/var/lib/apt/lists/${list}`)?.mtimeMs,
  };
}

/** @spec dnf.conf(5) "Repo options", zypper's repository files are the same */
function* sectionSources(
  files: FileTree,
  kind: string,
  folders: readonly string[],
): Iterable<FoundRow> {
  for (const folder of folders) {
    for (const file of files.names(folder).slice(0, MOST_FILES)) {
      if (!file.endsWith('.repo')) continue;
      const path = `${folder}/${file}`;
      for (const { name, settings } of parseSections(files.text(path, CONFIG_BYTES) ?? '')) {
        const get = (key: string): string | undefined => settings.get(key);
        yield {
          Name: name,
          File: path,
          Kind: kind,
          URI: get('baseurl') ?? get('metalink') ?? get('mirrorlist'),
          Suites: get('name'),
          IsEnabled: flagOf(get('enabled')) ?? true,
          IsSigned: flagOf(get('gpgcheck')),
        };
      }
    }
  }
}

/** @spec flatpak-remote(5) */
function* flatpakRemotes(files: FileTree): Iterable<FoundRow> {
  const path = '/var/lib/flatpak/repo/config';
  for (const { name, settings } of parseSections(files.text(path, CONFIG_BYTES) ?? '')) {
    const remote = /^remote "(.+)"$/.exec(name)?.[1];
    if (remote === undefined) continue;
    yield {
      Name: remote,
      File: path,
      Kind: 'flatpak',
      URI: settings.get('url'),
      IsEnabled: flagOf(settings.get('xa.disable')) !== true,
      IsSigned: flagOf(settings.get('gpg-verify')),
    };
  }
}
