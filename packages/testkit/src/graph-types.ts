import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** The official type declarations of Microsoft Graph v1.0, as something that can judge an answer. */
export interface GraphTypes {
  /**
   * What of `value` is not of Graph's type `name`: wrong types, values that an enumeration lacks, members that
   * Graph does not have and `ours` does not name. Empty when it fits.
   */
  problems(name: string, value: unknown, ours?: readonly string[]): readonly string[];
}

interface Interface {
  readonly base: string | undefined;
  readonly members: ReadonlyMap<string, string>;
}

/** Reads the declarations of `@microsoft/microsoft-graph-types`. */
export async function loadGraphTypes(): Promise<GraphTypes> {
  const require = createRequire(import.meta.url);
  const file = require
    .resolve('@microsoft/microsoft-graph-types/package.json')
    .replace(/package\.json$/, 'microsoft-graph.d.ts');
  const text = (await readFile(file, 'utf8'))
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
  const interfaces = new Map<string, Interface>();
  for (const [, name = '', base, body = ''] of text.matchAll(
    /export interface (\w+)(?: extends (\w+))? \{([^}]*)\}/g,
  )) {
    const members = new Map<string, string>();
    for (const [, member = '', type = ''] of body.matchAll(/"?([\w@.]+)"?\??:\s*([^;]+);/g)) {
      members.set(member, type.replace(/\s+/g, ' ').trim());
    }
    interfaces.set(name, { base, members });
  }
  const enumerations = new Map<string, ReadonlySet<string>>();
  for (const [, name = '', body = ''] of text.matchAll(/export type (\w+) =([^;]*);/g)) {
    const values = [...body.matchAll(/"([^"]*)"/g)].map(([, value = '']) => value);
    if (values.length > 0) enumerations.set(name, new Set(values));
  }

  function memberType(interfaceName: string, member: string): string | undefined {
    for (let name: string | undefined = interfaceName; name; name = interfaces.get(name)?.base) {
      const type = interfaces.get(name)?.members.get(member);
      if (type !== undefined) return type;
    }
    return undefined;
  }

  function check(type: string, value: unknown, path: string, ours: readonly string[]): string[] {
    const nullable = /^NullableOption<(.*)>$/.exec(type)?.[1];
    if (nullable !== undefined) return value === null ? [] : check(nullable, value, path, ours);
    if (value === null) return [`${path} is null, but ${type} cannot be`];
    const item = /^(.*)\[\]$/.exec(type)?.[1];
    if (item !== undefined) {
      if (!Array.isArray(value)) return [`${path} is no array`];
      return value.flatMap((element, index) => check(item, element, `${path}[${index}]`, ours));
    }
    if (type === 'any') return [];
    if (type === 'string' || type === 'number' || type === 'boolean') {
      const actual = typeof value;
      return actual === type ? [] : [`${path} is a ${actual}, not a ${type}`];
    }
    const values = enumerations.get(type);
    if (values) {
      return values.has(String(value))
        ? []
        : [`${path} is ${String(value)}, which ${type} does not have`];
    }
    if (!interfaces.has(type)) return [`${path}: Graph has no type ${type}`];
    if (typeof value !== 'object') return [`${path} is no object`];
    return Object.entries(value).flatMap(([member, content]) => {
      if (member.startsWith('@odata.') || ours.includes(member)) return [];
      const known = memberType(type, member);
      return known === undefined
        ? [`${path}.${member}: ${type} has no such member`]
        : check(known, content, `${path}.${member}`, ours);
    });
  }

  return { problems: (name, value, ours = []) => check(name, value, name, ours) };
}
