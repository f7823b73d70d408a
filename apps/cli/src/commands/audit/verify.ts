import { AdminApiError } from '@moorline/admin-client';
import { ADMIN_PATHS } from '@moorline/contracts/admin';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  type OutputOptions,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { printOne } from '../../output/print.ts';

export function auditVerifyCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('verify', 'Recompute the chain of the audit log: exit code 0 when it is intact', [
        'audit verify --context tenant',
      ]),
    ),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { context, fetch } = await connectionOf(flags, deps);
    const response = await fetch(`${context.url}${ADMIN_PATHS.auditEvents}/verify`, {
      headers: { authorization: `Bearer ${context.token}`, accept: 'application/json' },
      signal: deps.signal,
    });
    const verdict: unknown = await response.json().catch(() => undefined);
    if (!isVerdict(verdict)) {
      throw new AdminApiError({
        code: 'client.unexpected_answer',
        message: `The audit log could not be verified: the host answered ${response.status}. Check that this account may read the audit log.`,
        status: response.status,
        requestId: response.headers.get('request-id'),
      });
    }
    printOne(deps.terminal, flags.output, { ...verdict });
    if (!verdict.isIntact) deps.setExitCode(1);
  });
}

interface Verdict {
  readonly isIntact: boolean;
  readonly records: number;
  /** Sequence of the first record that does not fit. */
  readonly brokenAt: number | null;
}

function isVerdict(value: unknown): value is Verdict {
  if (value === null || typeof value !== 'object') return false;
  return typeof Reflect.get(value, 'isIntact') === 'boolean';
}
