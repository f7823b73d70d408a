import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { EmbeddedServer } from '@moorline/db';

type Connection = ReturnType<EmbeddedServer['connection']>;

/** The first line to a borrower: what it has borrowed. */
export interface Lent {
  readonly owner: Connection;
  readonly serving: Connection;
  readonly pid: number | undefined;
  readonly templates: readonly (readonly [key: string, name: string])[];
}

/** Lines of a borrower; `create` and `drop` are answered under their id. */
export type LeaseRequest =
  | {
      readonly type: 'create';
      readonly id: number;
      readonly name: string;
      readonly template?: string;
    }
  | { readonly type: 'drop'; readonly id: number; readonly name: string }
  | { readonly type: 'keep'; readonly key: string; readonly name: string };

export interface LeaseAnswer {
  readonly id: number;
  readonly error?: string;
}

export function writeLine(socket: Socket, message: Lent | LeaseRequest | LeaseAnswer): void {
  socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls `onLine` with each message; its sender is this same file. */
export function readLines<T>(socket: Socket, onLine: (message: T) => void): void {
  createInterface({ input: socket }).on('line', (line) => onLine(JSON.parse(line) as T));
}
