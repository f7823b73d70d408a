import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { shortLines } from '../short-lines.ts';

const FOLDER = '/etc/ssh';
const MOST_FILES = 100;
const MOST_SETTINGS = 1000;
const DEEPEST = 4;
/** Settings of which every line counts. @spec sshd_config(5) */
const REPEATED = new Set(
  'acceptenv allowgroups allowusers denygroups denyusers hostkey hostcertificate listenaddress permitlisten permitopen port setenv subsystem'.split(
    ' ',
  ),
);

/** @spec sshd_config(5): the first value counts, a Match block ends with the next or with its file */
export function* collectSshConfiguration({ files }: Host): Iterable<FoundRow> {
  const positions = new Map<string, number>();
  let count = 0;
  for (const { condition, setting, value, file } of linesOf(files)) {
    if (++count > MOST_SETTINGS) return;
    const key = `${condition}\n${setting}`;
    const position = (positions.get(key) ?? 0) + 1;
    positions.set(key, position);
    yield {
      Condition: condition,
      Setting: setting,
      Position: position,
      // What a variable is set to may be a secret.
      Value: setting === 'setenv' ? value.replace(/=\S*/g, '=…') : value,
      File: file,
      IsEffective: position === 1 || REPEATED.has(setting),
    };
  }
}

interface Line {
  readonly condition: string;
  readonly setting: string;
  readonly value: string;
  readonly file: string;
}

function linesOf(files: FileTree): readonly Line[] {
  const lines: Line[] = [];
  let read = 0;
  const visit = (file: string, outer: string, depth: number): void => {
    if (depth > DEEPEST || ++read > MOST_FILES) return;
    let condition = outer;
    for (const raw of shortLines(files.text(file))) {
      const [, word, rest = ''] = /^\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*)$/.exec(raw) ?? [];
      if (word === undefined || lines.length > MOST_SETTINGS) continue;
      const setting = word.toLowerCase();
      const value = rest.replace(/\s#.*$/, '').trim();
      if (setting === 'match') condition = value.toLowerCase() === 'all' ? 'all' : value;
      else if (setting === 'include') {
        for (const path of included(files, value)) visit(path, condition, depth + 1);
      } else lines.push({ condition, setting, value, file });
    }
  };
  visit(`${FOLDER}/sshd_config`, 'all', 0);
  return lines;
}

// Patterns stand for names of files; folders are written out.
function included(files: FileTree, value: string): readonly string[] {
  return value.split(/\s+/).flatMap((pattern) => {
    const path = pattern.startsWith('/') ? pattern : `${FOLDER}/${pattern}`;
    const slash = path.lastIndexOf('/');
    const [folder, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (!name.includes('*')) return [path];
    const [start = '', end = ''] = name.split('*');
    return files
      .names(folder)
      .filter((each) => each.startsWith(start) && each.endsWith(end) && !each.startsWith('.'))
      .map((each) => `${folder}/${each}`);
  });
}
