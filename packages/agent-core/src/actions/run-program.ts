import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** What a program left when it ended. */
export interface ProgramEnd {
  /** Null: a signal ended it. */
  readonly exitCode: number | null;
  /** Standard output and error, each cut to its last `OUTPUT_BYTES`. */
  readonly output: string;
  readonly errors: string;
}

/** Programs of this machine, found in the folders of a PATH; never by way of a shell. */
export interface Programs {
  /** The program's file; null: it is not installed. */
  find(name: string): Promise<string | null>;
  /** Runs a file that `find` gave. @throws the signal's reason when aborted; what starting it throws */
  run(
    file: string,
    args: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<ProgramEnd>;
}

const OUTPUT_BYTES = 64 * 1024;
/** How long a program that is to end has to do so by itself. */
const KILL_AFTER_MS = 5_000;

export function createPrograms(path: string): Programs {
  return {
    async find(name) {
      for (const folder of path.split(delimiter).filter(isAbsolute)) {
        const file = join(folder, name);
        const isThere = await access(file, constants.X_OK).then(
          () => true,
          () => false,
        );
        if (isThere) return file;
      }
      return null;
    },
    run: (file, args, { signal }) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const child = spawn(file, args, {
          stdio: ['ignore', 'pipe', 'pipe'],
          // Messages that are read here are in English.
          env: { PATH: path, LC_ALL: 'C', HOME: '/' },
        });
        const output = tailOf(child.stdout);
        const errors = tailOf(child.stderr);
        let kill: NodeJS.Timeout | undefined;
        const stop = (): void => {
          child.kill('SIGTERM');
          kill = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
        };
        signal.addEventListener('abort', stop, { once: true });
        const over = (): void => {
          signal.removeEventListener('abort', stop);
          clearTimeout(kill);
        };
        child.once('error', (error) => {
          over();
          reject(error);
        });
        child.once('close', (exitCode) => {
          over();
          if (signal.aborted) reject(signal.reason);
          else resolve({ exitCode, output: output(), errors: errors() });
        });
      }),
  };
}

function tailOf(stream: NodeJS.ReadableStream): () => string {
  let tail = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-OUTPUT_BYTES);
  });
  return () => tail.toString('utf8');
}
