import { relative } from 'node:path';
import type { CommandDeps } from '../command-line.ts';
import { appEntry, productVersion } from '../layout.ts';
import { createContextLock, type RunningHost, signInLink, startHost } from './hosts.ts';
import { checkUpOptions, type UpOptions } from './options.ts';
import { checkPorts } from './ports.ts';
import { attachSite, describeDevice, deviceAt, startAgent } from './provision.ts';
import { lockRun } from './run-lock.ts';
import { simulateDevices } from './simulate.ts';
import { createStepPrinter, type StepPrinter } from './step-printer.ts';
import { createSupervised, type Supervised } from './supervised.ts';

/** Together no more than what the user is promised: 15 s. */
const STOP_MS = { agent: 3_000, site: 6_000, tenant: 6_000 } as const;

export interface UpDeps extends CommandDeps {
  /** When the user asked for it, in milliseconds since the epoch. */
  readonly startedAt: number;
}

interface Programs {
  readonly tenant: Supervised;
  readonly site: Supervised;
  readonly agent: Supervised;
  /** With --simulate. */
  readonly simulator: Supervised;
}

/**
 * Runs a tenant, a site and this machine's agent, attached, until `signal` aborts; then stops them in order.
 * `forced` kills what is left at once.
 * @throws `cli.*`, with everything stopped that was started
 */
export async function runUp(options: UpOptions, deps: UpDeps): Promise<void> {
  const { clock, entropy, signal, terminal } = deps;
  checkUpOptions(options);
  const printer = createStepPrinter(terminal, clock);
  using lock = await lockRun(options.folder, {
    clock,
    signal,
    onWait: () => printer.line('An earlier run on this data folder is ending …'),
  });
  await checkPorts(options);
  const { folder } = options;
  const shared = { folder, entryOf: appEntry, lock, printer, clock, entropy };
  const programs: Programs = {
    tenant: createSupervised('tenant', shared),
    site: createSupervised('site', shared),
    agent: createSupervised('agent', shared),
    simulator: createSupervised('simulator', shared),
  };
  const killAll = (): void => {
    for (const program of Object.values(programs)) program.kill();
  };
  deps.forced.addEventListener('abort', killAll, { once: true });
  // Ends the waits of a start-up of which one part has failed.
  const failed = new AbortController();
  try {
    printer.line(`Moorline ${productVersion()}, data in ${shown(options.folder)}`);
    const either = AbortSignal.any([signal, failed.signal]);
    const { site } = await bringUp(programs, options, printer, { ...deps, signal: either });
    if (options.simulate !== undefined) {
      await simulateDevices(programs.simulator, site, options.simulate, {
        ...deps,
        folder: options.folder,
        printer,
      });
    }
    await aborted(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    failed.abort();
    lock.noteStopping();
    printer.line(signal.aborted ? 'stopping (Ctrl-C again: at once)' : 'stopping');
    await Promise.all([programs.simulator.stop(STOP_MS.agent), programs.agent.stop(STOP_MS.agent)]);
    await programs.site.stop(STOP_MS.site);
    await programs.tenant.stop(STOP_MS.tenant);
    deps.forced.removeEventListener('abort', killAll);
  }
  printer.line('stopped; `npm start` goes on with the same data');
}

async function bringUp(
  programs: Programs,
  options: UpOptions,
  printer: StepPrinter,
  deps: UpDeps,
): Promise<{ readonly site: RunningHost }> {
  const { clock, signal } = deps;
  const contextLock = createContextLock();
  const serving = (kind: 'tenant' | 'site'): Promise<RunningHost> =>
    printer.step(
      kind,
      startHost(programs[kind], kind, options, contextLock),
      ({ info }) => `${info.name} serves ${info.adminUrl}`,
    );
  const [tenant, site] = await Promise.all([serving('tenant'), serving('site')]);

  const enrolling = printer.step(
    'agent',
    startAgent(programs.agent, site, options, signal),
    ({ deviceName, isNew }) =>
      `${deviceName} ${isNew ? 'enrolled' : 'is enrolled'} at ${site.info.name}`,
  );
  const attaching = options.attach
    ? printer.step('attach', attachSite(tenant, site, options, deps), (state) =>
        state.connected
          ? `${site.info.name} ${state.isNew ? 'joined' : 'is attached to'} ${tenant.info.name}`
          : state.statusReason,
      )
    : Promise.resolve(undefined);
  const [agent] = await Promise.all([enrolling, attaching]);

  const place = options.attach ? tenant : site;
  const device = await printer.step('device', deviceAt(place, agent.deviceId, deps), (found) =>
    found
      ? `${found.deviceName} is seen by ${place.info.name}`
      : `not seen by ${place.info.name} yet; see the logs`,
  );
  const links = await Promise.all([signInLink(programs.tenant), signInLink(programs.site)]);
  const line = printer.line;
  line('');
  line(
    `${place === tenant ? 'Device' : 'Device (at the site)'}: ${device ? describeDevice(device) : agent.deviceId}`,
  );
  line(`Tenant console, sign in once: ${links[0]}`);
  line(`Site console, sign in once:   ${links[1]}`);
  line('');
  const name = device?.deviceName ?? agent.deviceName;
  const folder =
    relative(process.cwd(), options.folder) === '.moorline'
      ? ''
      : ` --data ${shown(options.folder)}`;
  if (options.attach) {
    line('In this folder, for example:');
    line(`  npx moorline devices list --context tenant${folder}`);
    line(
      `  npx moorline devices action ${name} refreshMachinePolicy --context tenant --wait${folder}`,
    );
  } else {
    line('The site is not attached. To attach it, in this folder:');
    line(`  npx moorline connectors join-token --context tenant${folder}`);
    line(`  npx moorline attach --context site${folder} TOKEN`);
  }
  line('');
  const seconds = ((clock.now() - deps.startedAt) / 1000).toFixed(1);
  line(`ready in ${seconds} s; Ctrl-C stops everything`);
  return { site };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function shown(folder: string): string {
  const path = relative(process.cwd(), folder);
  return path === '' || path.startsWith('..') ? folder : path;
}
