import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePortTriple } from '@moorline/testkit';
import { WebSocket } from 'ws';
import { processTree } from '../../measure/process-stat.ts';

/** A MeshCentral of its own data, on loopback; the peer that is measured, and no part of the product. */
export interface MeshCentral extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** Resident memory of its processes, bytes. */
  memory(): Promise<number>;
  /** As its administrator. */
  openControl(): Promise<WebSocket>;
}

const VERSION = '1.1.55';
const ACCOUNT = { name: 'bench', password: 'Bench-only-1!' } as const;
const INSTALL_MS = 180_000;
const START_MS = 90_000;
const run = promisify(execFile);

/** Kept between runs: MeshCentral, its keys (which take long to make), and those of the agents. */
export function meshCentralFolder(): string {
  return join(tmpdir(), 'moorline-bench-meshcentral');
}

/** @throws when it cannot be installed or does not start, with the reason */
export async function startMeshCentral(): Promise<MeshCentral> {
  const folder = meshCentralFolder();
  const program = await install(folder);
  const port = await freePortTriple();
  const template = await prepareData(folder, program);
  const data = await mkdtemp(join(tmpdir(), 'moorline-meshcentral-'));
  await cp(template, data, { recursive: true });
  await writeConfig(data, port);
  const child = spawn(process.execPath, [program, ...places(data)], {
    cwd: folder,
    stdio: 'ignore',
  });
  const stop = async (): Promise<void> => {
    await stopTree(child);
    await rm(data, { recursive: true, force: true });
  };
  try {
    await untilAnswering(port);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pid: child.pid ?? -1,
    port,
    async memory() {
      const tree = await processTree(child.pid ?? -1);
      return [...tree.values()].reduce((sum, { residentBytes }) => sum + residentBytes, 0);
    },
    openControl: () => openControl(port),
    [Symbol.asyncDispose]: stop,
  };
}

async function install(folder: string): Promise<string> {
  const program = join(folder, 'node_modules', 'meshcentral', 'meshcentral.js');
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const words = ['install', '--no-audit', '--no-fund', '--no-save', `meshcentral@${VERSION}`];
  await run('npm', words, { cwd: folder, timeout: INSTALL_MS });
  return program;
}

/** A data folder with keys and one administrator, made once. */
async function prepareData(folder: string, program: string): Promise<string> {
  const data = join(folder, 'data');
  if (existsSync(join(data, 'ready'))) return data;
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true });
  const port = await freePortTriple();
  await writeConfig(data, port);
  const options = { cwd: folder, timeout: START_MS };
  const account = ['--createaccount', ACCOUNT.name, '--pass', ACCOUNT.password];
  await run(process.execPath, [program, ...places(data), ...account], options);
  const rights = ['--adminaccount', ACCOUNT.name];
  await run(process.execPath, [program, ...places(data), ...rights], options);
  // The first start makes the certificates.
  const child = spawn(process.execPath, [program, ...places(data)], {
    cwd: folder,
    stdio: 'ignore',
  });
  try {
    await untilAnswering(port);
  } finally {
    await stopTree(child);
  }
  await writeFile(join(data, 'ready'), '');
  return data;
}

function places(data: string): string[] {
  return ['--datapath', data, '--filespath', join(data, 'files')];
}

async function writeConfig(data: string, port: number): Promise<void> {
  const settings = {
    cert: 'bench.localhost',
    agentTimeStampServer: false,
    WANonly: true,
    port,
    portBind: '127.0.0.1',
    exactPorts: true,
    redirPort: 0,
    mpsPort: 0,
    selfUpdate: false,
    autoBackup: false,
    browserPing: 0,
  };
  const domains = { '': { newAccounts: false, orphanAgentUser: ACCOUNT.name } };
  await writeFile(join(data, 'config.json'), JSON.stringify({ settings, domains }));
}

async function untilAnswering(port: number): Promise<void> {
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(250)) {
    const control = await openControl(port).catch(() => null);
    if (!control) continue;
    control.terminate();
    return;
  }
  throw new Error('MeshCentral did not start in time');
}

async function openControl(port: number): Promise<WebSocket> {
  const words = [ACCOUNT.name, ACCOUNT.password].map((word) =>
    Buffer.from(word).toString('base64'),
  );
  const socket = new WebSocket(`wss://localhost:${port}/control.ashx`, {
    rejectUnauthorized: false,
    headers: { 'x-meshauth': words.join(',') },
  });
  // It speaks first; whom it does not take, it tells nothing and closes.
  await new Promise<void>((resolve, reject) => {
    socket.once('message', () => resolve());
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('MeshCentral closed the control channel')));
  });
  return socket;
}

async function stopTree(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  const tree = await processTree(child.pid);
  for (const pid of tree.keys()) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  await exited;
}
