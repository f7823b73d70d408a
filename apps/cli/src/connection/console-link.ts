import type { Context } from './contexts.ts';

/** A path of the console as the address to open. */
export function linkAtConsole(context: Context, path: string): string {
  return new URL(path, context.consoleUrl ?? context.url).href;
}
