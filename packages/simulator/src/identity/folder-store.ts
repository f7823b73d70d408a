import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionReportWire, accepts } from '@moorline/contracts/agent';
import { lockFolder, readIfPresent, writeDurably } from '@moorline/files';
import { simulatorErrors } from '../errors.ts';
import {
  createJournal,
  type Gateway,
  type Identity,
  type IdentityStore,
} from './identity-store.ts';

const ABOUT = 'fleet.json';
const IDENTITIES = 'identities.ndjson';
const JOURNAL = 'actions.ndjson';
const PRIVATE = 0o600;
const VERSION = 1;

/** What the devices of a folder follow from; a folder never changes it. */
export type Marks = Readonly<Record<'seed' | 'profile' | 'first', string>>;

/**
 * Identities in files that a kill leaves whole: each is appended before it is used. A power cut may lose the last.
 * @throws `simulator.folder_of_another` when another fleet lives there, or runs on it
 */
export async function openFolderStore(folder: string, marks: Marks): Promise<IdentityStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder, 'fleet.lock');
  if (!lock) {
    const kept = 'it is in use';
    throw simulatorErrors.folderOfAnother({ folder, what: 'process', kept, wanted: 'this one' });
  }
  try {
    return await open(folder, marks, lock);
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

async function open(folder: string, marks: Marks, lock: Disposable): Promise<IdentityStore> {
  const about = recordIn(await readIfPresent(join(folder, ABOUT)));
  for (const what of ['seed', 'profile', 'first'] as const) {
    const kept = about?.[what];
    if (kept === undefined || kept === marks[what]) continue;
    throw simulatorErrors.folderOfAnother({
      folder,
      what,
      kept: String(kept),
      wanted: marks[what],
    });
  }
  let gateway = gatewayIn(about);
  const identities = new Map<number, Identity>();
  for (const record of await recordsIn(join(folder, IDENTITIES))) {
    const identity = identityIn(record);
    // A renewed one comes later in the file.
    if (identity) identities.set(Number(record.index), identity);
  }
  const journal = createJournal();
  for (const record of await recordsIn(join(folder, JOURNAL))) {
    if (accepts(ActionReportWire, record)) journal.set(record);
  }
  const saved = new Map<string, Uint8Array>();
  const fileOf = (name: string): string => join(folder, `${name}.bin`);
  const descriptors = {
    identities: openSync(join(folder, IDENTITIES), 'a', PRIVATE),
    journal: openSync(join(folder, JOURNAL), 'a', PRIVATE),
  };
  const writeAbout = (): void =>
    writeFileSync(
      join(folder, ABOUT),
      `${JSON.stringify({ version: VERSION, ...marks, ...gateway }, null, 2)}\n`,
      { mode: PRIVATE },
    );
  writeAbout();
  return {
    get gateway() {
      return gateway;
    },
    identities,
    setGateway(next) {
      gateway = next;
      writeAbout();
    },
    put(index, identity) {
      identities.set(index, identity);
      writeSync(descriptors.identities, `${JSON.stringify({ index, ...identity })}\n`);
    },
    report: (actionId) => journal.get(actionId),
    noteReport(report) {
      journal.set(report);
      writeSync(descriptors.journal, `${JSON.stringify(report)}\n`);
    },
    take: (name) => (existsSync(fileOf(name)) ? readFileSync(fileOf(name)) : undefined),
    save: (name, bytes) => void saved.set(name, bytes),
    async [Symbol.asyncDispose]() {
      closeSync(descriptors.identities);
      closeSync(descriptors.journal);
      const reports = [...journal.entries].map((report) => `${JSON.stringify(report)}\n`);
      await writeDurably(join(folder, JOURNAL), reports.join(''));
      for (const [name, bytes] of saved) await writeDurably(fileOf(name), bytes);
      lock[Symbol.dispose]();
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** The objects of a file of one a line; a torn last line is left out. */
async function recordsIn(file: string): Promise<readonly Fields[]> {
  const text = (await readIfPresent(file)) ?? '';
  return text.split('\n').flatMap((line): Fields[] => {
    const record = recordIn(line);
    return record ? [record] : [];
  });
}

function recordIn(text: string | undefined): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    // An object of JSON has string keys.
    return value !== null && typeof value === 'object' ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function gatewayIn(about: Fields | undefined): Gateway | null {
  const { url, ca } = about ?? {};
  return typeof url === 'string' && typeof ca === 'string' ? { url, ca } : null;
}

function identityIn(record: Fields): Identity | undefined {
  const { deviceId, privateKey, certificate, renewAfter } = record;
  return typeof deviceId === 'string' &&
    typeof privateKey === 'string' &&
    typeof certificate === 'string' &&
    typeof renewAfter === 'number'
    ? { deviceId, privateKey, certificate, renewAfter }
    : undefined;
}
