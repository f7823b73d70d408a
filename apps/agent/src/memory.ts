import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Turns the optimizing compilers off: in a process that works for a second an hour they cost more memory
 * (about 10 MiB) than they ever save time.
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--no-opt');
  setFlagsFromString('--no-maglev');
}

let collect: ((options: object) => void) | undefined;

/**
 * Gives the memory that a burst of work used back to the system, in some ten milliseconds: left alone, V8
 * keeps it for the next burst, which is an hour away.
 */
export function giveMemoryBack(): void {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as (options: object) => void; // what --expose-gc puts there
  }
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
