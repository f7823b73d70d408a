import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import type { House, HousePackage, SourceFile } from './house.ts';
import { type ModuleSpecifier, moduleSpecifiers } from './module-specifiers.ts';

/** A place where the house breaks its own law. */
export interface Violation {
  /** From the root. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

interface Import extends ModuleSpecifier {
  readonly from: HousePackage;
  readonly file: SourceFile;
  readonly isTest: boolean;
}

const SCOPE = '@moorline/';
/** Where the two kinds of host must not be told apart. */
const NEUTRAL_FOLDER = 'packages/authority/src/';
const FEATURES = `${NEUTRAL_FOLDER}features/`;
const HOST_WORDS = /(?<![A-Za-z0-9])(?:tenant|site)s?(?![A-Za-z0-9])/i;

/** Everything in `house` that is against architecture.json; empty when it stands. */
export function violations(house: House): readonly Violation[] {
  const imports = house.packages.flatMap((from) =>
    from.files.flatMap((file) =>
      moduleSpecifiers(file.text).map((found) => ({
        ...found,
        from,
        file,
        isTest: /\.(?:test|fixture)\.tsx?$/.test(file.path),
      })),
    ),
  );
  return [
    ...unlistedPackages(house),
    ...manifestEdges(house),
    ...unusedDependencies(house, imports),
    // What is looked up is used, and may be the root's: a tool of development.
    ...imports.filter(({ isLookup }) => !isLookup).flatMap((one) => checkImport(house, one)),
    ...cycles(house, imports),
    ...house.packages.flatMap((one) => one.files.flatMap(hostWords)),
  ];
}

export function describeViolation({ file, line, message }: Violation): string {
  return `${file}:${line}: ${message}`;
}

function unlistedPackages(house: House): Violation[] {
  const here = new Set(house.packages.map(({ name }) => name));
  const at = { file: 'architecture.json', line: 1 };
  return [
    ...house.packages
      .filter(({ name }) => !house.law.packages[name])
      .map(({ folder }) => ({ ...at, message: `does not name the package ${folder}` })),
    ...Object.entries(house.law.packages).flatMap(([name, { layer }]) => [
      ...(here.has(name) ? [] : [{ ...at, message: `names ${name}, which does not exist` }]),
      ...(house.law.layers[layer] ? [] : [{ ...at, message: `${name}: no layer ${layer}` }]),
    ]),
  ];
}

function manifestEdges(house: House): Violation[] {
  return house.packages.flatMap((from) =>
    Object.keys(from.manifest.dependencies ?? {}).flatMap((dependency) => {
      if (!dependency.startsWith(SCOPE)) return [];
      const problem = layerProblem(house, from.name, dependency.slice(SCOPE.length));
      const line = lineOf(from.manifestText, `"${dependency}"`);
      return problem ? [{ file: `${from.folder}/package.json`, line, message: problem }] : [];
    }),
  );
}

function unusedDependencies(house: House, imports: readonly Import[]): Violation[] {
  return house.packages.flatMap((from) => {
    const own = imports.filter((one) => one.from === from).map(({ specifier }) => specifier);
    return Object.keys(from.manifest.dependencies ?? {})
      .filter((name) => !own.some((one) => one === name || one.startsWith(`${name}/`)))
      .map((name) => ({
        file: `${from.folder}/package.json`,
        line: lineOf(from.manifestText, `"${name}"`),
        message: `unused dependency: nothing in ${from.folder}/src imports ${name}`,
      }));
  });
}

function checkImport(house: House, one: Import): Violation[] {
  const found = one.specifier.startsWith('.')
    ? relativeProblem(one)
    : isBuiltin(one.specifier)
      ? builtinProblem(house, one)
      : packageProblem(house, one);
  return found ? [{ file: one.file.path, line: one.line, message: found }] : [];
}

function builtinProblem(house: House, { specifier, from, isTest }: Import): string | undefined {
  if (!specifier.startsWith('node:')) return `write 'node:${specifier}' for Node's own module`;
  const environment = house.law.packages[from.name]?.environment;
  if (isTest || environment === 'node') return undefined;
  return `imports '${specifier}', but ${from.name} runs in the environment "${environment}"`;
}

function relativeProblem({ specifier, from, file }: Import): string | undefined {
  const target = posix.join(posix.dirname(file.path), specifier);
  if (!target.startsWith(`${from.folder}/`)) {
    return `deep import: '${specifier}' leaves ${from.folder}; use the other package's door`;
  }
  const feature = featureOf(target);
  if (!feature || feature === featureOf(file.path) || target === `${FEATURES}${feature}/index.ts`) {
    return undefined;
  }
  return `deep import: '${specifier}' goes past the door of the feature ${feature}; import ${feature}/index.ts`;
}

function featureOf(path: string): string | undefined {
  if (!path.startsWith(FEATURES)) return undefined;
  const [feature, ...rest] = path.slice(FEATURES.length).split('/');
  return rest.length > 0 ? feature : undefined;
}

function packageProblem(house: House, one: Import): string | undefined {
  const { specifier, from, isTest } = one;
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
  if (!name.startsWith(SCOPE))
    return isDeclared(house, one, name) ? undefined : undeclared(one, name);
  const target = house.packages.find((candidate) => `${SCOPE}${candidate.name}` === name);
  if (!target) return `there is no package ${name}`;
  if (target === from) return `imports its own door '${specifier}'; use a relative path`;
  if (!(isTest && house.law.packages[target.name]?.layer === 'testkit')) {
    const problem = layerProblem(house, from.name, target.name);
    if (problem) return problem;
    if (!isDeclared(house, one, name)) return undeclared(one, name);
  }
  const door = `.${specifier.slice(name.length)}`;
  if (Object.hasOwn(target.manifest.exports ?? {}, door)) return undefined;
  const doors = Object.keys(target.manifest.exports ?? {}).map((key) => name + key.slice(1));
  return `deep import: '${specifier}' is no door of ${name} (${doors.join(', ') || 'it has none'})`;
}

function undeclared({ from }: Import, name: string): string {
  return `undeclared dependency: ${name} is not in the dependencies of ${from.folder}/package.json`;
}

function isDeclared(house: House, { from, isTest }: Import, name: string): boolean {
  const { dependencies, peerDependencies, optionalDependencies, devDependencies } = from.manifest;
  const declared = [dependencies, peerDependencies, optionalDependencies];
  if (isTest) declared.push(devDependencies, house.rootManifest.devDependencies);
  return declared.some((list) => list !== undefined && Object.hasOwn(list, name));
}

/** Why `from` may not import `to`, by layer and by environment, or undefined when it may. */
function layerProblem(house: House, from: string, to: string): string | undefined {
  const source = house.law.packages[from];
  const target = house.law.packages[to];
  if (!source || !target) return undefined;
  if (house.law.layers[source.layer]?.includes(target.layer)) {
    if (source.environment === 'node' || target.environment === 'any') return undefined;
    return `forbidden edge ${from} → ${to}: ${from} runs in the environment "${source.environment}", ${to} only in "${target.environment}"`;
  }
  const why =
    source.layer === 'engine' && target.layer === 'engine'
      ? 'engine packages meet in @moorline/model/ports and do not import one another'
      : `the layer ${source.layer} may import only ${house.law.layers[source.layer]?.join(', ') || 'nothing'}`;
  return `forbidden edge ${from} (${source.layer}) → ${to} (${target.layer}): ${why}`;
}

interface Edge {
  readonly to: string;
  readonly file: string;
  readonly line: number;
}

/** Each cycle of packages once, told at the edge that closes it. Tests are nobody's dependency. */
function cycles(house: House, imports: readonly Import[]): Violation[] {
  const edges = new Map<string, Edge[]>(
    house.packages.map((one) => [one.name, declaredEdges(one)]),
  );
  for (const one of imports) {
    const to = /^@moorline\/([^/]+)/.exec(one.specifier)?.[1];
    if (to && !one.isTest && to !== one.from.name) {
      edges.get(one.from.name)?.push({ to, file: one.file.path, line: one.line });
    }
  }
  const done = new Set<string>();
  const found: Violation[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (done.has(name)) return;
    for (const { to, file, line } of edges.get(name) ?? []) {
      const trail = [...path, name];
      if (trail.includes(to)) {
        const cycle = [...trail.slice(trail.indexOf(to)), to].join(' → ');
        if (!found.some(({ message }) => message === `cycle: ${cycle}`)) {
          found.push({ file, line, message: `cycle: ${cycle}` });
        }
      } else {
        visit(to, trail);
      }
    }
    done.add(name);
  };
  for (const name of edges.keys()) visit(name, []);
  return found;
}

function declaredEdges({ folder, manifest, manifestText }: HousePackage): Edge[] {
  return Object.keys(manifest.dependencies ?? {})
    .filter((name) => name.startsWith(SCOPE))
    .map((name) => ({
      to: name.slice(SCOPE.length),
      file: `${folder}/package.json`,
      line: lineOf(manifestText, `"${name}"`),
    }));
}

function hostWords(file: SourceFile): Violation[] {
  if (!file.path.startsWith(NEUTRAL_FOLDER)) return [];
  return file.text.split('\n').flatMap((text, index) => {
    const word = HOST_WORDS.exec(text)?.[0];
    return word
      ? [
          {
            file: file.path,
            line: index + 1,
            message: `says "${word}": the authority does not know which host it runs in`,
          },
        ]
      : [];
  });
}

function lineOf(text: string, part: string): number {
  return text.slice(0, Math.max(0, text.indexOf(part))).split('\n').length;
}
