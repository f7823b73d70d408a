import { AdminApiError } from '@moorline/admin-client';
import { MoorlineError } from '@moorline/kernel';
import { CommanderError } from 'commander';
import type { CommandDeps } from './command-line.ts';
import { appToRun, runApp } from './commands/run-app.ts';
import { cliErrors } from './errors.ts';
import { safeText } from './output/safe-text.ts';
import { createProgram } from './program.ts';

export const EXIT = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** Runs one command line (without the program's own name) and answers its exit code. */
export async function run(
  argv: readonly string[],
  deps: Omit<CommandDeps, 'setExitCode'>,
): Promise<number> {
  let exitCode: number = EXIT.success;
  const setExitCode = (code: number): void => {
    exitCode = code;
  };
  try {
    const program = appToRun(argv);
    if (program) return await runApp(program.app, program.args);
    await createProgram({ ...deps, setExitCode }).parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (deps.signal.aborted) return EXIT.interrupted;
    const { code, text } = explain(error);
    if (text !== '') deps.terminal.note(`${text}\n`);
    return code;
  }
}

function explain(error: unknown): { readonly code: number; readonly text: string } {
  if (error instanceof CommanderError) {
    // Its text is written already; help and version that were asked for are no mistakes.
    return { code: error.exitCode === 0 ? EXIT.success : EXIT.usage, text: '' };
  }
  if (error instanceof MoorlineError) {
    const usage = error.code === cliErrors.usage.spec.code;
    return { code: usage ? EXIT.usage : EXIT.failure, text: error.message };
  }
  if (error instanceof AdminApiError) return { code: apiExit(error), text: apiText(error) };
  return {
    code: EXIT.failure,
    text: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

// What the query language refuses is a mistake in the words of the command.
function apiExit({ code }: AdminApiError): number {
  return /^(odata|query)\./.test(code) ? EXIT.usage : EXIT.failure;
}

const CERTIFICATE_PROBLEMS = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function apiText(error: AdminApiError): string {
  const reason = reasonCode(error.cause);
  if (reason !== undefined && CERTIFICATE_PROBLEMS.has(reason)) {
    return `The host shows a certificate that this context does not trust (${reason}). It may be another host, or have a new authority: check, then add the context again with \`moorline context add\`.`;
  }
  const trace = error.requestId === null ? '' : `, request ${error.requestId}`;
  return safeText(`${error.message} (${error.code}${trace})`);
}

function reasonCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return reasonCode(cause.cause);
}
