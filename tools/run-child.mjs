// Hands a process over to a child: its terminal, its signals, its exit code.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const PARENT_CHECK_MS = 1000;

/**
 * Runs `command` to its end and answers its exit code (128 + n after signal n). With `tied`, the child has an
 * IPC channel whose end tells it that this process is gone; and this process stops it when the npm that
 * started it is gone.
 */
export function runChild(command, args, options = {}) {
  const child = spawn(command, args, {
    stdio: options.tied ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
    env: { ...process.env, ...options.env },
    ...(options.cwd ? { cwd: options.cwd } : {}),
  });
  const forward = (signal) => child.kill(signal);
  for (const signal of FORWARDED) process.on(signal, forward);
  const parent = process.ppid;
  const watch =
    options.tied && process.env.npm_lifecycle_event
      ? setInterval(() => {
          if (process.ppid !== parent) child.kill('SIGTERM');
        }, PARENT_CHECK_MS)
      : undefined;
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of FORWARDED) process.off(name, forward);
      resolve(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1));
    });
  });
}
