/** Settings of a unit that inventory asks for. */
export interface Unit {
  readonly description: string | null;
  readonly user: string | null;
  readonly hasDynamicUser: boolean;
  /** Program of the first command, without prefixes and arguments. */
  readonly program: string | null;
  readonly isOneshot: boolean;
  readonly remainsAfterExit: boolean;
  /** What `[Install]` asks for: links from others, links for other units only, nothing. */
  readonly install: 'own' | 'others' | 'none';
}

const INSTALL_OWN = new Set(['WantedBy', 'RequiredBy', 'UpheldBy', 'Alias']);

/**
 * A unit from its file and its drop-ins, in order: the last setting counts, an empty command list starts
 * anew. Lines of any content are accepted. @spec systemd.syntax(7), systemd.service(5)
 */
export function parseUnit(texts: readonly string[]): Unit {
  const settings = new Map<string, string>();
  let install: Unit['install'] = 'none';
  let program: string | null = null;
  for (const [section, key, value] of texts.flatMap((text) => [...assignments(text)])) {
    if (section === 'Install') {
      if (INSTALL_OWN.has(key)) install = 'own';
      else if (key === 'Also' && install === 'none') install = 'others';
    } else if (section === 'Service' && key === 'ExecStart') {
      program = value === '' ? null : (program ?? programOf(value));
    } else {
      settings.set(`${section}.${key}`, value);
    }
  }
  return {
    description: settings.get('Unit.Description') || null,
    user: settings.get('Service.User') || null,
    hasDynamicUser: isYes(settings.get('Service.DynamicUser')),
    program,
    isOneshot: settings.get('Service.Type') === 'oneshot',
    remainsAfterExit: isYes(settings.get('Service.RemainAfterExit')),
    install,
  };
}

function* assignments(text: string): Iterable<readonly [string, string, string]> {
  let section = '';
  for (const raw of text.replace(/\\\r?\n/g, ' ').split('\n')) {
    const line = raw.trim();
    if (line === '' || line[0] === '#' || line[0] === ';') continue;
    if (line[0] === '[') {
      section = line.slice(1, line.endsWith(']') ? -1 : undefined);
      continue;
    }
    const equals = line.indexOf('=');
    if (equals > 0)
      yield [section, line.slice(0, equals).trimEnd(), line.slice(equals + 1).trimStart()];
  }
}

function programOf(command: string): string | null {
  const plain = command.replace(/^[@:+!|-]+/, '');
  const match = /^"([^"]*)"|^'([^']*)'|^(\S+)/.exec(plain);
  return match?.[1] ?? match?.[2] ?? match?.[3] ?? null;
}

function isYes(value: string | undefined): boolean {
  return value !== undefined && /^(1|yes|y|true|t|on)$/i.test(value);
}
