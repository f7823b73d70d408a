import { createLogger } from '@moorline/http';
import { asMoorlineError, MoorlineError, systemClock, systemEntropy } from '@moorline/kernel';
import { runBackupCommand } from './backup/command.ts';
import { type HostConfig, readConfig, UsageError } from './config.ts';
import { type Host, type HostProfile, startHost } from './host.ts';
import { type HostMessage, isHostRequest } from './process-contract.ts';
import { VERSION } from './version.ts';

/**
 * A host as a process: flags in, one line out when it cannot start, an orderly stop on SIGINT, SIGTERM or
 * the end of its supervisor. With an IPC channel it speaks the process contract; without one it prints
 * where its console is and a one-time sign-in link.
 */
export async function runHostProcess(
  profile: HostProfile,
  defaults: { readonly name: string; readonly port: number },
): Promise<void> {
  const [verb] = process.argv.slice(2);
  if (profile.afterRestore && (verb === 'backup' || verb === 'restore')) {
    process.exit(await runBackupCommand(profile, process.argv.slice(2), process.env));
  }
  const send = (message: HostMessage): void => {
    if (process.connected) process.send?.(message);
  };
  const fail = (message: string, status: number): never => {
    send({ type: 'failed', message });
    if (!process.connected) console.error(message);
    process.exit(status);
  };

  let config: HostConfig;
  try {
    config = readConfig(process.argv.slice(2), process.env, defaults);
  } catch (error) {
    if (error instanceof UsageError) return fail(error.message, 2);
    throw error;
  }

  const logger = createLogger({ name: profile.kind, level: config.logLevel });
  let stopRequested = false;
  let host: Host | undefined;
  const stop = async (reason: string): Promise<void> => {
    if (stopRequested) return;
    stopRequested = true;
    logger.info({ reason }, 'stopping');
    await host?.[Symbol.asyncDispose]();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop('SIGINT'));
  process.on('SIGTERM', () => void stop('SIGTERM'));
  if (process.connected) process.on('disconnect', () => void stop('supervisor has gone'));

  try {
    const started = await startHost(config, profile, {
      clock: systemClock,
      entropy: systemEntropy,
      logger,
      version: VERSION,
      onProgress: (step) => send({ type: 'progress', step }),
    });
    host = started;
    if (stopRequested) {
      await started[Symbol.asyncDispose]();
      process.exit(0);
    }
    process.on('message', (message) => {
      if (isHostRequest(message)) void answer(started, message).then(send);
    });
    send({ type: 'ready', info: started.ready });
    if (!process.connected) {
      const { url } = await started.signInLink();
      console.log(`${started.ready.name} is ready. Console: ${started.ready.consoleUrl}`);
      console.log(`Sign in once, within the hour: ${url}`);
    }
  } catch (error) {
    logger.error({ err: error }, 'cannot start');
    const message =
      error instanceof MoorlineError ? error.message : `Cannot start: ${String(error)}`;
    return fail(message, 1);
  }
}

async function answer(
  host: Host,
  request: { id: number; method: 'signInLink' | 'apiToken'; params: { readonly name?: string } },
): Promise<HostMessage> {
  const { id } = request;
  try {
    const result =
      request.method === 'signInLink'
        ? await host.signInLink()
        : await host.apiToken(request.params.name ?? 'local command line');
    return { type: 'response', id, result };
  } catch (error) {
    return { type: 'response', id, error: asMoorlineError(error).message };
  }
}
