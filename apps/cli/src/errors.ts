import { defineErrors, type ErrorFactory } from '@moorline/kernel';

type Name =
  | 'usage'
  | 'contextsUnreadable'
  | 'folderUnwritable'
  | 'alreadyRunning'
  | 'portInUse'
  | 'addressUnavailable'
  | 'childFailed'
  | 'agentNotRunning'
  | 'trustDenied'
  | 'trustFailed'
  | 'noRuntime';

/** The command line's own errors; those of the servers come as `AdminApiError`. */
export const cliErrors: Readonly<Record<Name, ErrorFactory>> = defineErrors({
  usage: { code: 'cli.usage', kind: 'failure', text: '{message}' },
  contextsUnreadable: {
    code: 'cli.contexts_unreadable',
    kind: 'failure',
    text: 'The file {file} is damaged ({reason}). Remove it; `npm start` writes it anew, and `moorline context add` adds others.',
  },
  folderUnwritable: {
    code: 'cli.folder_unwritable',
    kind: 'failure',
    text: 'The data folder {folder} cannot be written ({reason}). Choose another one with --data DIR, or give this user the right to write it.',
  },
  alreadyRunning: {
    code: 'cli.already_running',
    kind: 'failure',
    text: 'Moorline runs already on the data folder {folder} (process {pid}). Stop it with Ctrl-C there, or choose another folder with --data DIR.',
  },
  portInUse: {
    code: 'cli.port_in_use',
    kind: 'failure',
    text: 'Port {port} on {address} is in use{holder}. Stop what uses it, or choose others with {option} N (it takes N-1, N and N+1).',
  },
  addressUnavailable: {
    code: 'cli.address_unavailable',
    kind: 'failure',
    text: 'Port {port} on {address} cannot be opened ({reason}). Choose an address of this machine with --host ADDR and ports above 1023 with {option} N.',
  },
  childFailed: { code: 'cli.child_failed', kind: 'failure', text: '{message}' },
  agentNotRunning: {
    code: 'cli.agent_not_running',
    kind: 'unavailable',
    text: 'No agent runs in {folder}. Start it (`npm start` does), or name its folder with --data DIR.',
  },
  trustDenied: {
    code: 'cli.trust_denied',
    kind: 'failure',
    text: 'The system’s certificate store may not be changed by this user ({reason}). Run it again as an administrator: {command}',
  },
  trustFailed: {
    code: 'cli.trust_failed',
    kind: 'failure',
    text: '{command} did not succeed: {reason}',
  },
  noRuntime: {
    code: 'cli.app_missing',
    kind: 'failure',
    text: 'The program {app} is not built ({path} is missing). Run `npm run build` in the folder of Moorline.',
  },
});

/** A mistake of the caller: exit code 2. The message names the right word where there is one. */
export function usageError(message: string): Error {
  return cliErrors.usage({ message });
}
