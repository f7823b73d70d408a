/** What the agent says of itself once it runs. */
export interface AgentReady {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly authorityName: string;
}

type AgentMessage =
  | { readonly type: 'progress'; readonly step: string }
  | { readonly type: 'ready'; readonly info: AgentReady }
  | { readonly type: 'failed'; readonly message: string };

/** The process that started this one, when there is one to talk to over Node's IPC channel. */
export interface Supervisor {
  progress(step: string): void;
  ready(info: AgentReady): void;
}

/** Listens for the end: SIGINT, SIGTERM, or that the supervisor has gone. `stop` may come more than once. */
export function openSupervisor(stop: (reason: string) => void): Supervisor {
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGTERM', () => stop('SIGTERM'));
  if (process.connected) process.on('disconnect', () => stop('the supervisor has gone'));
  return {
    progress: (step) => send({ type: 'progress', step }),
    ready: (info) => send({ type: 'ready', info }),
  };
}

/** The last word of a process that cannot run: to its supervisor, or for people on standard error. */
export async function sayFailed(message: string): Promise<void> {
  if (!process.connected) return console.error(message);
  // The process exits after this: the message must have left it.
  await new Promise((resolve) =>
    process.send?.({ type: 'failed', message } satisfies AgentMessage, undefined, {}, resolve),
  );
}

function send(message: AgentMessage): void {
  if (process.connected) process.send?.(message);
}
