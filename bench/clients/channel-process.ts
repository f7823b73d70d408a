// A fleet of connected devices in one process.
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FleetFile } from '../world/fleet.ts';
import { ChannelDevice, type Counts, type Place } from './channel-device.ts';
import { serveCalls } from './client-process.ts';

export interface Connecting {
  readonly opened: number;
  readonly failed: number;
  readonly wallMs: number;
  readonly firstProblem: string | null;
}

const late = monitorEventLoopDelay({ resolution: 10 });
let place: Place | undefined;
let devices: ChannelDevice[] = [];

serveCalls({
  /** Devices of the fleet, at the server on this port; what was open before is closed. */
  async load({ file, port }: { file: string; port: number }) {
    for (const device of devices) device.close();
    // Read from disk, and made by our own side.
    const fleet = JSON.parse(await readFile(file, 'utf8')) as FleetFile;
    const counts: Counts = {
      connected: 0,
      lost: 0,
      refused: 0,
      requests: 0,
      requestsFailed: 0,
      actionsDone: 0,
      resumed: 0,
    };
    const { ca, key } = fleet;
    const to: Place = {
      ...{ host: '127.0.0.1', port, ca, key, counts, resting: new Set() },
      ...{ reconnects: false, polls: false },
    };
    place = to;
    devices = fleet.devices.map(
      ({ certificate }, index) => new ChannelDevice(to, index, certificate),
    );
    return devices.length;
  },

  behave({ reconnects, polls }: { reconnects: boolean; polls: boolean }) {
    Object.assign(loaded(), { reconnects, polls });
  },

  /** Opens the channels of devices `from` to `to` (excluded), `atOnce` under way. */
  async connect(params: {
    from: number;
    to: number;
    atOnce: number;
    handshake: 'full' | 'resumed';
  }): Promise<Connecting> {
    let next = params.from;
    let opened = 0;
    let failed = 0;
    let firstProblem: string | null = null;
    const start = performance.now();
    await Promise.all(
      Array.from({ length: params.atOnce }, async () => {
        while (next < params.to) {
          try {
            await devices[next++]?.open(params.handshake);
            opened += 1;
          } catch (error) {
            failed += 1;
            firstProblem ??= String(error);
          }
        }
      }),
    );
    return { opened, failed, wallMs: performance.now() - start, firstProblem };
  },

  disconnect({ from, to }: { from: number; to: number }) {
    for (const device of devices.slice(from, to)) device.close();
  },

  counts: () => loaded().counts,

  /** How late this process's own event loop was, p99 since the last call, in ms: what it adds to what it measures. */
  lateMs() {
    const ms = late.percentile(99) / 1e6;
    late.reset();
    late.enable();
    return ms;
  },

  /** Which devices have their channel open. */
  open: () => devices.flatMap((device, index) => (device.isOpen ? [index] : [])),
});

function loaded(): Place {
  if (!place) throw new Error('no fleet is loaded');
  return place;
}
