import { join } from 'node:path';
import { backoffMs, type Clock, type Entropy } from '@moorline/kernel';
import { fleetArguments } from '@moorline/simulator/process';
import { cliErrors } from '../errors.ts';
import type { RunningHost } from './hosts.ts';
import type { StepPrinter } from './step-printer.ts';
import type { Supervised } from './supervised.ts';

/** Devices a second: quick, and the consoles still answer at once. */
const RATE = 40;
const TOKEN_MINUTES = 60;
const RETRY = { firstMs: 2_000, maxMs: 60_000 };
/** The folder of the simulated devices within Moorline's data. */
export const SIMULATOR_FOLDER = 'simulator';

/**
 * Gives the site `devices` simulated devices, which live until the program is stopped. Devices of an earlier run
 * go on; those that are missing enrol. Never fails: what goes wrong is told, and tried again.
 */
export async function simulateDevices(
  program: Supervised,
  site: RunningHost,
  devices: number,
  deps: {
    readonly folder: string;
    readonly printer: StepPrinter;
    readonly clock: Clock;
    readonly entropy: Entropy;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { clock, entropy, printer, signal } = deps;
  const startedAt = clock.now();
  const folder = join(deps.folder, SIMULATOR_FOLDER);
  try {
    const before = enrolledOf(await program.start(fleetArguments({ devices, folder, live: true })));
    if (before > 0) printer.line(`simulator      ${before} devices go on at ${site.info.name}`);
    for (let attempt = 0, left = devices - before; left > 0 && !signal.aborted; attempt++) {
      try {
        left = devices - (await enrol(program, site, left, signal));
      } catch (error) {
        if (signal.aborted) return;
        const pauseMs = backoffMs(RETRY, attempt, entropy);
        const reason = error instanceof Error ? error.message : String(error);
        printer.line(`simulator      ${reason} It goes on in ${(pauseMs / 1000).toFixed(0)} s.`);
        await clock.sleep(pauseMs, { signal });
      }
    }
    if (before === devices || signal.aborted) return;
    const seconds = ((clock.now() - startedAt) / 1000).toFixed(0);
    printer.line(
      `simulator      ${devices - before} devices enrolled at ${site.info.name} in ${seconds} s`,
    );
  } catch (error) {
    if (signal.aborted) return;
    printer.line(`simulator      ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Enrols what is missing with a token for just as many; answers how many are enrolled now. */
async function enrol(
  program: Supervised,
  site: RunningHost,
  quota: number,
  signal: AbortSignal,
): Promise<number> {
  const { enrolmentTokens } = site.connection.client;
  const token = await enrolmentTokens.create(
    { displayName: 'moorline up --simulate', quota, expiresInMinutes: TOKEN_MINUTES },
    { signal },
  );
  try {
    const params = { invitation: token.token ?? '', rate: RATE, live: true };
    return enrolledOf(await program.request('enrol', params));
  } finally {
    // An old token is of no use to anybody; when the host is gone, it runs out by itself.
    await enrolmentTokens.revoke(token.id).catch(() => {});
  }
}

function enrolledOf(info: unknown): number {
  const enrolled: unknown =
    info !== null && typeof info === 'object' ? Reflect.get(info, 'enrolled') : undefined;
  if (typeof enrolled === 'number') return enrolled;
  throw cliErrors.childFailed({
    message: 'A program of another version answered. Run `npm run build` and start again.',
  });
}
