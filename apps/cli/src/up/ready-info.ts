import { cliErrors } from '../errors.ts';

/** What a host says when it serves. */
export interface HostInfo {
  readonly name: string;
  readonly kind: 'tenant' | 'site';
  readonly consoleUrl: string;
  readonly adminUrl: string;
  readonly gatewayUrl: string;
  readonly caFile: string;
}

/** What the agent says when it has an identity. */
export interface AgentInfo {
  readonly deviceId: string;
  readonly deviceName: string;
}

/** @throws `cli.child_failed` when a member is missing: the programs are of different versions */
export function hostInfo(info: unknown): HostInfo {
  const { name, kind, consoleUrl, adminUrl, gatewayUrl, caFile } = texts(info, [
    'name',
    'kind',
    'consoleUrl',
    'adminUrl',
    'gatewayUrl',
    'caFile',
  ]);
  if (kind !== 'tenant' && kind !== 'site') throw foreign('kind');
  return { name, kind, consoleUrl, adminUrl, gatewayUrl, caFile };
}

/** @throws `cli.child_failed` */
export function agentInfo(info: unknown): AgentInfo {
  return texts(info, ['deviceId', 'deviceName']);
}

/** Members of an answer that must all be texts. @throws `cli.child_failed` */
export function texts<const Name extends string>(
  value: unknown,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const found = names.map((name) => {
    const member: unknown =
      value !== null && typeof value === 'object' ? Reflect.get(value, name) : undefined;
    if (typeof member !== 'string') throw foreign(name);
    return [name, member] as const;
  });
  // Every name was just found.
  return Object.fromEntries(found) as Record<Name, string>;
}

function foreign(member: string): Error {
  return cliErrors.childFailed({
    message: `A program of another version answered ("${member}" is missing). Run \`npm run build\` and start again.`,
  });
}
