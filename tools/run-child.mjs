// Hands a process over to a child: its terminal, its signals, its exit code.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const PARENT_CHECK_MS = 250;

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
  const starter = options.tied && process.env.npm_lifecycle_event ? starterOf() : undefined;
  const watch =
    starter && setInterval(() => starter.isGone() && child.kill('SIGTERM'), PARENT_CHECK_MS);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of FORWARDED) process.off(name, forward);
      resolve(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1));
    });
  });
}

/** The npm that runs this script: the parent, or the parent of the shell in between. */
function starterOf() {
  const parent = process.ppid;
  const shell = /^(sh|dash|bash|ash|zsh|ksh)$/.test(statOf(parent)?.name ?? '');
  const grandparent = shell ? statOf(parent)?.parent : undefined;
  return {
    isGone: () =>
      process.ppid !== parent ||
      (grandparent !== undefined && statOf(parent)?.parent !== grandparent),
  };
}

// Where there is no /proc, only the end of the parent itself is seen.
function statOf(pid) {
  try {
    const match = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    return match ? { name: match[1], parent: match[2] } : undefined;
  } catch {
    return undefined;
  }
}
