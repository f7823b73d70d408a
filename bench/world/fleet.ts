import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deviceUri } from '@moorline/contracts/agent';
import { copyLine, runCopy, startEmbeddedServer } from '@moorline/db';
import { silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import { CLIENT_LIFE_MS, openLocalCa } from '@moorline/pki';
import type { HostName, ProcessWorld } from '@moorline/testkit/processes';
import pg from 'pg';
import type { ServerIdentity } from '../peers/bare-server.ts';
import { type CertificatePress, createCertificatePress } from './certificate-press.ts';
import { DEVICE_COLUMNS, deviceValues, drawDevices, type PlantedDevice } from './device-rows.ts';

export interface FleetOptions {
  readonly devices: number;
  /** How many of them, from the first on, get a certificate of their own; default: none. */
  readonly certified?: number;
  /** What is drawn is the same for the same seed; default 1. */
  readonly seed?: number;
  /** Enters all of them in the change log, so that an attached host uploads them; default: no. */
  readonly isLogged?: boolean;
  /** All are offline at first, for suites that connect them; default: as drawn. */
  readonly areOffline?: boolean;
  /** Called with each device as it is drawn. */
  readonly onDevice?: (device: PlantedDevice) => void;
}

/** Devices that enrolled long ago, as far as their host can tell. */
export interface Fleet {
  /** The certified ones, in order. */
  readonly ids: readonly string[];
  /** For the client processes: a `FleetFile`. */
  readonly file: string;
  /** For a bare server that takes the same clients. */
  readonly server: ServerIdentity;
}

/** What a client process needs to be any certified device. */
export interface FleetFile {
  /** Origin of the gateway. */
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  /** PEM: one key for all of them. */
  readonly key: string;
  readonly devices: readonly { readonly id: string; readonly certificate: string }[];
}

const OWN_ORIGIN = '00000000-0000-0000-0000-000000000000';
const DAY_MS = 86_400_000;

/**
 * Writes devices into the database of a host by COPY, with certificates of the host's own authority. Enrolling
 * them over the wire is what the suite `enrol` measures; here it would be the longest part of every suite. The
 * host is started for its identity, stopped while it is written, and left stopped.
 */
export async function plantFleet(
  world: ProcessWorld,
  name: HostName,
  options: FleetOptions,
): Promise<Fleet> {
  await world.start(name);
  const { ready } = world.host(name);
  await world.stop(name);
  const { press, server } = await openPress(dirname(ready.caFile), ready.name);
  const ids: string[] = [];
  const certificates: string[] = [];
  const serials: string[] = [];
  const certified = Math.min(options.certified ?? 0, options.devices);

  function* deviceLines(): Generator<string> {
    for (const drawn of drawDevices(options.devices, options.seed ?? 1, Date.now())) {
      const device = options.areOffline ? { ...drawn, online: false } : drawn;
      options.onDevice?.(device);
      if (ids.length < certified) {
        const serial = serialNumber();
        ids.push(device.id);
        serials.push(serial);
        certificates.push(press.press(deviceUri(device.id), serial).pem);
      }
      yield copyLine([ready.authorityId, ...deviceValues(device)]);
    }
  }
  function* certificateLines(): Generator<string> {
    const [issued, renew, end] = [-1, 59, 89].map((days) => new Date(Date.now() + days * DAY_MS));
    for (const [index, serial] of serials.entries()) {
      const fingerprint = serial.padStart(64, '0');
      const pem = certificates[index];
      yield copyLine([ready.authorityId, serial, ids[index], fingerprint, pem, issued, renew, end]);
    }
  }

  await withOwner(world, name, async (client) => {
    await client.query('begin');
    const columns = DEVICE_COLUMNS.join(', ');
    await runCopy(client, `copy devices (authority_id, ${columns}) from stdin`, deviceLines());
    await runCopy(
      client,
      `copy device_certificates (authority_id, serial, device_id, key_fingerprint, pem, issued_at,
        renew_after, not_after) from stdin`,
      certificateLines(),
    );
    await client.query(
      `insert into device_counters (authority_id, origin, total) values ($1, $2, $3)
        on conflict (authority_id, origin) do update set total = device_counters.total + excluded.total`,
      [ready.authorityId, OWN_ORIGIN, options.devices],
    );
    if (options.isLogged) {
      await client.query(`insert into outbox (authority_id, topic, key, xid, seq)
        select authority_id, 'device', id::text, pg_current_xact_id(), nextval('outbox_seq') from devices`);
    }
    await client.query('commit');
    // Autovacuum would come to this within a minute, in the middle of a measurement.
    await client.query('vacuum (analyze) devices');
    await client.query('vacuum (analyze) device_certificates');
  });

  const file = join(world.folder, `${name}-fleet.json`);
  const fleet: FleetFile = {
    url: ready.gatewayUrl,
    ca: server.ca,
    key: press.privateKey,
    devices: ids.map((id, index) => ({ id, certificate: certificates[index] ?? '' })),
  };
  await writeFile(file, JSON.stringify(fleet));
  return { ids, file, server };
}

/** Runs `work` on the database of a stopped host, as the owner of its tables. */
export async function withOwner<T>(
  world: ProcessWorld,
  name: HostName,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  await using server = await startEmbeddedServer({
    folder: join(world.folder, name, 'postgres'),
    logger: silentLogger,
  });
  const client = new pg.Client(server.connection('owner'));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function openPress(
  folder: string,
  name: string,
): Promise<{ press: CertificatePress; server: ServerIdentity }> {
  const issuer = await openLocalCa({
    ...{ folder, name, clock: systemClock, entropy: systemEntropy, logger: silentLogger },
  });
  const press = await createCertificatePress(
    issuer,
    await readFile(join(folder, 'authority.pem'), 'utf8'),
    {
      uri: deviceUri('00000000-0000-7000-8000-000000000000'),
      commonName: 'bench',
      lifeMs: CLIENT_LIFE_MS,
    },
  );
  const { cert, key } = await issuer.issueServer(['localhost']);
  return { press, server: { cert, key, ca: issuer.caCertificate } };
}

/** As long as those that the authority gives. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
