import { nearest } from '@moorline/kernel';

/** What is wrong with a value, and where; the path is as one would write it, `offices[2].weight`. */
export class ProfileProblem extends Error {
  readonly path: string;

  constructor(path: string, problem: string) {
    super(problem);
    this.path = path === '' ? 'the top' : path;
  }
}

/** Takes a value of JSON as it should be, or throws a `ProfileProblem`. */
export type Check<T> = (value: unknown, path: string) => T;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function hint(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? ` Known: ${known.join(', ')}.` : ` Did you mean ${near}?`;
}

export function text(options: { readonly pattern?: RegExp; readonly like: string }): Check<string> {
  return (value, path) => {
    const isText = typeof value === 'string' && value.length > 0 && value.length <= 255;
    if (isText && (options.pattern?.test(value) ?? true)) return value;
    throw new ProfileProblem(path, `${shown(value)} is not a text like ${options.like}.`);
  };
}

export function number(least: number, most: number): Check<number> {
  return (value, path) => {
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw new ProfileProblem(path, `${shown(value)} is not a number from ${least} to ${most}.`);
  };
}

export function oneOf<const Word extends string>(words: readonly Word[]): Check<Word> {
  return (value, path) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw new ProfileProblem(
      path,
      `${shown(value)} is not one of the words.${hint(String(value), words)}`,
    );
  };
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path));
}

export function listOf<T>(check: Check<T>, least = 1): Check<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length < least) {
      throw new ProfileProblem(path, `${shown(value)} is not a list of at least ${least}.`);
    }
    return value.map((item, index) => check(item, `${path}[${index}]`));
  };
}

/** An object with exactly these members. */
export function shape<T>(members: { readonly [Name in keyof T]: Check<T[Name]> }): Check<T> {
  return (value, path) => {
    const fields = fieldsOf(value, path);
    const known = Object.keys(members);
    refuseOthers(fields, known, path);
    const entries = known.map((name) => {
      const at = join(path, name);
      if (!Object.hasOwn(fields, name)) throw new ProfileProblem(at, 'it is missing.');
      return [name, members[name as keyof T](fields[name], at)];
    });
    // Each member has passed its own check.
    return Object.fromEntries(entries) as T;
  };
}

/** An object of some of these members; `defaults` has the others. */
export function shapeOver<T extends object>(
  members: { readonly [Name in keyof T]: Check<T[Name]> },
  defaults: T,
): Check<T> {
  return (value, path) => {
    const fields = fieldsOf(value, path);
    refuseOthers(fields, Object.keys(members), path);
    const entries = Object.entries(fields).map(([name, field]) => [
      name,
      members[name as keyof T](field, join(path, name)),
    ]);
    return { ...defaults, ...Object.fromEntries(entries) };
  };
}

/** Names with weights, of which one at least counts. */
export function weights<Name extends string>(
  names: readonly Name[] | null,
): Check<Readonly<Partial<Record<Name, number>>>> {
  const weight = number(0, 1e9);
  return (value, path) => {
    const fields = fieldsOf(value, path);
    if (names) refuseOthers(fields, names, path);
    const entries = Object.entries(fields).map(([name, field]) => [
      name,
      weight(field, join(path, name)),
    ]);
    if (!entries.some(([, count]) => Number(count) > 0)) {
      throw new ProfileProblem(path, 'nothing in it has a weight above 0.');
    }
    return Object.fromEntries(entries);
  };
}

export function recordOf<T>(check: Check<T>): Check<Readonly<Record<string, T>>> {
  return (value, path) =>
    Object.fromEntries(
      Object.entries(fieldsOf(value, path)).map(([name, field]) => [
        name,
        check(field, join(path, name)),
      ]),
    );
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function fieldsOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new ProfileProblem(path, `${shown(value)} is not an object.`);
  }
  // An object of JSON has string keys.
  return value as Readonly<Record<string, unknown>>;
}

function refuseOthers(
  fields: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: string,
): void {
  for (const name of Object.keys(fields)) {
    if (known.includes(name)) continue;
    throw new ProfileProblem(join(path, name), `there is no such member.${hint(name, known)}`);
  }
}
