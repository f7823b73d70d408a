import { createHash } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
import {
  cpus,
  freemem,
  loadavg,
  networkInterfaces,
  platform,
  release,
  totalmem,
  uptime,
} from 'node:os';
import { join } from 'node:path';
import {
  ACTION_FILE_LIMITS,
  ActionFileAnswer,
  AGENT_PATHS,
  accepts,
} from '@moorline/contracts/agent';
import {
  type BackoffPolicy,
  backoffMs,
  type Clock,
  type Entropy,
  MoorlineError,
} from '@moorline/kernel';
import type { InventoryProvider } from '@moorline/model/ports';
import { agentErrors } from '../errors.ts';
import type { AuthorityClient } from '../link/authority-client.ts';
import type { AgentStatus } from '../status.ts';
import { writeZip, type ZipEntry } from '../store/zip-file.ts';
import { type ActionHandler, failedResult } from './action-handler.ts';
import type { ActionJournal } from './journal.ts';

export interface DiagnosticsDeps {
  /** Where the archive is until it has been sent. */
  readonly folder: string;
  /** Folders with the client's own logs. */
  readonly logFolders: readonly string[];
  readonly provider: InventoryProvider;
  readonly journal: ActionJournal;
  readonly clock: Clock;
  readonly entropy: Entropy;
  client(): AuthorityClient;
  status(): AgentStatus;
}

const BACKOFF: BackoffPolicy = { firstMs: 1_000, maxMs: 60_000 };
const PATIENCE_MS = 60 * 60_000;
/** Of one log file, its end. */
const LOG_BYTES = 16 * 1024 * 1024;
const LOG_FILES = 32;
const SYSTEM_FILES = [
  '/proc/loadavg',
  '/proc/meminfo',
  '/proc/mounts',
  '/proc/uptime',
  '/etc/os-release',
];

/**
 * "Collect diagnostics": the client's logs, status and actions, the inventory and facts of the system, as one archive
 * of at most 100 MiB, sent piece by piece. What holds keys or tokens is never read for it.
 */
export function collectDiagnostics(deps: DiagnosticsDeps): ActionHandler {
  return {
    isRepeatable: true,
    isEndable: false,
    lane: 'diagnostics',
    async run({ id }, { signal }) {
      const path = join(
        deps.folder,
        `diagnostics-${createHash('sha256').update(id).digest('hex').slice(0, 16)}.zip`,
      );
      const leftOut: string[] = [];
      try {
        const sizeBytes = await writeZip(path, entriesOf(deps, signal), {
          limitBytes: ACTION_FILE_LIMITS.fileBytes,
          at: new Date(deps.clock.now()),
          leftOut: (name) => leftOut.push(name),
        });
        const sha256 = await send(deps, id, path, sizeBytes, signal);
        return {
          errorCode: 0,
          message: `Sent diagnostics of ${Math.ceil(sizeBytes / 1024)} KiB.`,
          details: { sizeBytes, sha256, leftOut: leftOut.length },
        };
      } catch (error) {
        if (error instanceof MoorlineError) return failedResult('failed', error.message);
        throw error;
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

async function* entriesOf(deps: DiagnosticsDeps, signal: AbortSignal): AsyncGenerator<ZipEntry> {
  yield json('client/status.json', deps.status());
  yield json('client/actions.json', deps.journal.recent());
  yield json('system/facts.json', {
    platform: platform(),
    release: release(),
    processors: cpus().length,
    memoryBytes: { total: totalmem(), free: freemem() },
    load: loadavg(),
    uptimeSeconds: uptime(),
    interfaces: Object.keys(networkInterfaces()),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  for (const file of SYSTEM_FILES) {
    const content = await tailOfFile(file);
    if (content) yield { name: `system${file}`, content };
  }
  for (const className of deps.provider.classes) {
    signal.throwIfAborted();
    const rows = await deps.provider.collect(className, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      return { error: String(error) };
    });
    yield json(`inventory/${className}.json`, rows);
  }
  for (const folder of deps.logFolders) {
    const names = (await readdir(folder).catch(() => [])).filter((name) =>
      /\.log(\.\d+)?$/.test(name),
    );
    for (const name of names.sort().slice(0, LOG_FILES)) {
      signal.throwIfAborted();
      const content = await tailOfFile(join(folder, name));
      if (content) yield { name: `logs/${name}`, content };
    }
  }
}

function json(name: string, value: unknown): ZipEntry {
  return { name, content: Buffer.from(`${JSON.stringify(value, null, 2)}\n`) };
}

/** The end of a regular file, or of one that the kernel makes up; null: it cannot be read. */
async function tailOfFile(path: string): Promise<Buffer | null> {
  try {
    await using file = await open(path, 'r');
    const { size, isFile } = await stat(path).then((found) => ({
      size: found.size,
      isFile: found.isFile(),
    }));
    if (!isFile) return null;
    if (size === 0) return (await file.readFile()).subarray(0, LOG_BYTES);
    const length = Math.min(size, LOG_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } catch {
    return null;
  }
}

/** Sends the file in pieces, going on where the authority says that it is. */
async function send(
  deps: DiagnosticsDeps,
  id: string,
  path: string,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<string> {
  await using file = await open(path, 'r');
  const hash = createHash('sha256');
  for await (const chunk of file.createReadStream({ autoClose: false, start: 0 }))
    hash.update(chunk);
  const sha256 = hash.digest('hex');
  let offset = 0;
  let waitedMs = 0;
  for (let attempt = 0; offset < sizeBytes; ) {
    const length = Math.min(ACTION_FILE_LIMITS.pieceBytes, sizeBytes - offset);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
    const body = { id, offset, sizeBytes, sha256, data: buffer.toString('base64') };
    try {
      const client = deps.client();
      const answer = await client.send({
        method: 'POST',
        path: AGENT_PATHS.files,
        body: JSON.stringify(body),
        signal,
      });
      if (!accepts(ActionFileAnswer, answer.body)) {
        const { url } = client;
        throw agentErrors.answerMalformed({ url, method: 'POST', path: AGENT_PATHS.files });
      }
      offset = answer.body.receivedBytes;
      attempt = 0;
    } catch (error) {
      const canWait = error instanceof MoorlineError && error.kind === 'unavailable';
      if (!canWait || waitedMs >= PATIENCE_MS) throw error;
      const asked = error.details.retryAfterMs;
      const delayMs = Math.max(
        backoffMs(BACKOFF, attempt++, deps.entropy),
        typeof asked === 'number' ? asked : 0,
      );
      waitedMs += delayMs;
      await deps.clock.sleep(delayMs, { signal });
    }
  }
  return sha256;
}
