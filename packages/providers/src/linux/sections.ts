/** A section of an INI file, its settings by their name in lower case; the last of a name counts. */
export interface Section {
  readonly name: string;
  readonly settings: ReadonlyMap<string, string>;
}

const MOST_SECTIONS = 10_000;

/**
 * `[name]` and `key = value` lines; comments begin with `#` or `;`, malformed lines are skipped, a line that begins with
 * a blank goes on with the value before it. @spec smb.conf(5), dnf.conf(5), desktop entry specification
 */
export function parseSections(text: string): readonly Section[] {
  const sections: { name: string; settings: Map<string, string> }[] = [];
  let last: string | undefined;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const current = sections.at(-1);
    if (line === '' || line[0] === '#' || line[0] === ';') continue;
    const header = /^\[([^\]]*)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      if (sections.length >= MOST_SECTIONS) break;
      sections.push({ name: header.trim(), settings: new Map() });
      last = undefined;
      continue;
    }
    const equals = line.indexOf('=');
    if (/^[ \t]/.test(raw) && last !== undefined && current && equals < 0) {
      current.settings.set(last, `${current.settings.get(last)} ${line}`);
    } else if (equals > 0 && current) {
      last = line.slice(0, equals).trim().toLowerCase().replace(/\s+/g, ' ');
      current.settings.set(last, line.slice(equals + 1).trim());
    }
  }
  return sections;
}

/** `yes`, `true`, `on` and `1`; null for another text or none. */
export function flagOf(text: string | undefined): boolean | null {
  if (text === undefined) return null;
  if (/^(yes|true|on|1)$/i.test(text)) return true;
  return /^(no|false|off|0)$/i.test(text) ? false : null;
}
