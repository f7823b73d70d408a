import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface HousePackage {
  /** Folder's name; the package is `@moorline/<name>`. */
  readonly name: string;
  /** `packages/db`, from the root. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly manifestText: string;
  /** All of `src`, tests too. */
  readonly files: readonly SourceFile[];
}

export interface Law {
  readonly layers: Readonly<Record<string, readonly string[]>>;
  readonly packages: Readonly<
    Record<string, { readonly layer: string; readonly environment: 'any' | 'node' | 'browser' }>
  >;
}

/** The repository as the law of imports sees it. */
export interface House {
  readonly law: Law;
  readonly rootManifest: Manifest;
  readonly packages: readonly HousePackage[];
}

/** Reads the house that stands at `root`. */
export function readHouse(root: string): House {
  const json = (path: string): string => readFileSync(join(root, path), 'utf8');
  const packages = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((name) => ({ name, folder: `${parent}/${name}` }))
      .filter(({ folder }) => existsSync(join(root, folder, 'package.json')))
      .map(({ name, folder }) => {
        const manifestText = json(`${folder}/package.json`);
        const manifest = JSON.parse(manifestText) as Manifest;
        return { name, folder, manifest, manifestText, files: sourcesUnder(root, `${folder}/src`) };
      }),
  );
  return {
    law: JSON.parse(json('architecture.json')) as Law,
    rootManifest: JSON.parse(json('package.json')) as Manifest,
    packages,
  };
}

function sourcesUnder(root: string, folder: string): SourceFile[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourcesUnder(root, path);
    return /\.(ts|tsx|mts)$/.test(entry.name)
      ? [{ path, text: readFileSync(join(root, path), 'utf8') }]
      : [];
  });
}
