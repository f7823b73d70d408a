import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A file's content, or where a link points; a path that ends in `/` is an empty folder. */
export type FixtureEntries = Readonly<
  Record<string, string | Uint8Array | { readonly link: string }>
>;

export interface FixtureTree extends Disposable {
  readonly root: string;
  add(entries: FixtureEntries): void;
  /** Sets the time of last change, milliseconds since 1970. */
  touch(path: string, timeMs: number): void;
}

/** A file tree that stands for `/`, in a folder of its own that goes with the value. For tests. */
export function createFixtureTree(entries: FixtureEntries = {}): FixtureTree {
  const root = mkdtempSync(join(tmpdir(), 'moorline-providers-'));
  const add = (added: FixtureEntries): void => {
    for (const [path, content] of Object.entries(added)) {
      const target = join(root, path);
      mkdirSync(path.endsWith('/') ? target : dirname(target), { recursive: true });
      if (path.endsWith('/')) continue;
      if (typeof content === 'string' || content instanceof Uint8Array)
        writeFileSync(target, content);
      else symlinkSync(content.link, target);
    }
  };
  add(entries);
  return {
    root,
    add,
    touch: (path, timeMs) => utimesSync(join(root, path), timeMs / 1000, timeMs / 1000),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
