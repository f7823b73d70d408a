import type { CollectionOf, ManagedDevice, ManagedDeviceOverview } from '@moorline/contracts/admin';
import { ADMIN_PATHS } from '@moorline/contracts/admin';
import type { HostName, ProcessWorld } from '@moorline/testkit/processes';
import { held } from '../bars.ts';
import { comparable } from '../lists/conditions.ts';
import { listProperties } from '../lists/properties.ts';
import { drawQueries, type ListQuery, queryText } from '../lists/queries.ts';
import { processTree } from '../measure/process-stat.ts';
import type { Figure } from '../report.ts';
import { quantile, round } from '../stats.ts';
import type { Suite, SuiteRun } from '../suite.ts';
import type { PlantedDevice } from '../world/device-rows.ts';
import { plantFleet } from '../world/fleet.ts';

const SEED = 7;
const TOP = 100;
const DEEP_PAGE = 1_000;
const OVERVIEWS = 50;
const SLOWEST = 5;

interface Asked {
  readonly path: string;
  readonly ms: number;
}

/** Lists of devices by any documented filter, sort and search; counts against a recount; dashboard totals. */
export const lists: Suite = {
  name: 'lists',
  about: 'lists by any documented filter, sort and search, counts, and the dashboard’s totals',
  sizes: [1_000, 5_000, 20_000, 50_000, 100_000],
  workload(run) {
    const { devices, queries } = sizes(run);
    return `${devices} devices at a site, all offline; ${queries} lists of ${TOP} (seed ${SEED}): every documented property with every operator, every sort, searches, and drawn combinations of them; each as its first page with its count, its page ${DEEP_PAGE} by $skip (or its last), and a page after one of them by its link; one request at a time over a kept connection; every count is compared with a recount`;
  },
  async measure(run) {
    const { devices, queries } = sizes(run);
    const planted: PlantedDevice[] = [];
    await using world = await run.world();
    const now = Date.now();
    await plantFleet(world, 'site', {
      devices,
      // 90 s after its start the host takes those offline that have not come back: in the middle of this.
      areOffline: true,
      onDevice: (device) => planted.push(lowered(device)),
    });
    const starting = performance.now();
    await world.start('site');
    const startMs = performance.now() - starting;
    const ask = await openAsker(world, 'site');
    const properties = listProperties(now);
    await requireEveryProperty(ask, properties);

    const first: Asked[] = [];
    const deep: Asked[] = [];
    const linked: Asked[] = [];
    const wrongCounts: string[] = [];
    const wrongOrders: string[] = [];
    const { cpu } = await run.window(world, ['site'], 'lists', async () => {
      for (const query of drawQueries(queries, SEED, properties, planted)) {
        const opening = await ask.list(queryText(query, { top: TOP, skip: 0, isCounted: true }));
        first.push(opening);
        const expected = planted.reduce((sum, device) => sum + (query.matches(device) ? 1 : 0), 0);
        const count = opening.page['@odata.count'];
        if (count !== expected) wrongCounts.push(`${opening.path}: ${count}, not ${expected}`);
        if (!isInOrder(query, opening.page.value)) wrongOrders.push(opening.path);
        const lastPage = Math.max(0, Math.ceil(expected / TOP) - 1);
        const skip = Math.min(DEEP_PAGE - 1, lastPage) * TOP;
        let link = opening.page['@odata.nextLink'];
        if (skip > 0) {
          const further = await ask.list(queryText(query, { top: TOP, skip, isCounted: false }));
          deep.push(further);
          if (!isInOrder(query, further.page.value)) wrongOrders.push(further.path);
          link = further.page['@odata.nextLink'] ?? link;
        }
        if (link !== undefined) linked.push(await ask.list(new URL(link).search));
      }
    });
    for (const text of wrongCounts) run.say(`wrong count: ${text}`);
    for (const text of wrongOrders) run.say(`out of order: ${text}`);
    for (const { ms, path } of slowest([...first, ...deep, ...linked])) {
      run.say(`slowest: ${round(ms)} ms  ${decodeURIComponent(path)}`);
    }
    const overviews = await overviewTimes(ask, planted, run);
    const resident = await residentMb(world.host('site').pid);
    const asked = first.length + deep.length + linked.length;
    return [
      ...pageFigures(`first page with its count, of ${devices}`, first),
      ...pageFigures(`page ${DEEP_PAGE} by $skip, of ${devices}`, deep),
      ...pageFigures(`a page after one by its link, of ${devices}`, linked),
      {
        suite: 'lists',
        what: `counts that differ from a recount, of ${first.length}`,
        value: wrongCounts.length,
        unit: '',
        better: 'less',
        bar: held('listCountsWrong', wrongCounts.length),
      },
      {
        suite: 'lists',
        what: `pages out of order, of ${first.length + deep.length}`,
        value: wrongOrders.length,
        unit: '',
        better: 'less',
        bar: held('listCountsWrong', wrongOrders.length),
      },
      ...overviews,
      {
        suite: 'lists',
        what: 'processor time for a page: site',
        value: round(cpu.programMs / asked),
        unit: 'ms',
        better: 'less',
      },
      {
        suite: 'lists',
        what: 'processor time for a page: its PostgreSQL',
        value: round(cpu.databaseMs / asked),
        unit: 'ms',
        better: 'less',
      },
      {
        suite: 'lists',
        what: `start of the site with ${devices} devices`,
        value: round(startMs / 1000),
        unit: 's',
        better: 'less',
      },
      {
        suite: 'lists',
        what: `resident memory of the site with ${devices} devices, without PostgreSQL`,
        value: round(resident),
        unit: 'MB',
        better: 'less',
      },
    ];
  },
};

function sizes(run: SuiteRun): { devices: number; queries: number } {
  return {
    devices: run.size({ full: 1_000_000, quick: 20_000 }),
    queries: run.isQuick ? 200 : 600,
  };
}

/** Text is compared in lower case: done once here, not at every recount. */
function lowered(device: PlantedDevice): PlantedDevice {
  const lower = (text: string | null): string | null => text?.toLowerCase() ?? null;
  return {
    ...device,
    name: device.name.toLowerCase(),
    operatingSystem: device.operatingSystem.toLowerCase(),
    manufacturer: lower(device.manufacturer),
    model: lower(device.model),
    serialNumber: lower(device.serialNumber),
  };
}

interface Asker {
  list(query: string): Promise<Asked & { page: CollectionOf<ManagedDevice> }>;
  raw(path: string): Promise<{ status: number; ms: number; text: string }>;
}

async function openAsker(world: ProcessWorld, name: HostName): Promise<Asker> {
  const { consoleUrl } = world.host(name).ready;
  const { token } = await world
    .host(name)
    .request<{ token: string }>('apiToken', { name: 'lists' });
  const headers = { authorization: `Bearer ${token}` };
  const raw: Asker['raw'] = async (path) => {
    const start = performance.now();
    const response = await fetch(new URL(path, consoleUrl), { headers });
    const text = await response.text();
    return { status: response.status, ms: performance.now() - start, text };
  };
  return {
    raw,
    async list(query) {
      const { status, ms, text } = await raw(ADMIN_PATHS.managedDevices + query);
      if (status !== 200) throw new Error(`${decodeURIComponent(query)}: ${status} ${text}`);
      // The host checks its answers against the contract.
      return { path: query, ms, page: JSON.parse(text) as CollectionOf<ManagedDevice> };
    },
  };
}

/** Asks for every property of the metadata, so that a new one cannot be forgotten here. */
async function requireEveryProperty(
  ask: Asker,
  properties: ReturnType<typeof listProperties>,
): Promise<void> {
  const { text } = await ask.raw(ADMIN_PATHS.metadata);
  const entity = /<EntityType Name="managedDevice">.*?<\/EntityType>/.exec(text)?.[0] ?? '';
  const names = [...entity.matchAll(/<Property Name="(\w+)"/g)].map(([, name]) => name ?? '');
  if (names.length === 0) throw new Error('the metadata does not have managedDevice');
  for (const name of names) {
    for (const [option, isKnown] of [
      [`$filter=${name} eq null`, properties[name]?.isFilterable === true],
      [`$orderby=${name}`, properties[name]?.isSortable === true],
    ] as const) {
      const answer = await ask.raw(`${ADMIN_PATHS.managedDevices}?$top=1&${encodeURI(option)}`);
      if (answer.status === 200 && !isKnown) {
        throw new Error(`${option} is taken, and no list of the workload asks for it`);
      }
    }
  }
}

/** By the first key that was asked for, as answered. */
function isInOrder(query: ListQuery, items: readonly ManagedDevice[]): boolean {
  const [key = { property: 'deviceName', isDescending: false }] = query.orderBy;
  const values = items.map((item) => {
    const value: unknown = Object.entries(item).find(([name]) => name === key.property)?.[1];
    const known = typeof value === 'number' || typeof value === 'boolean' ? value : (value ?? '');
    return typeof known === 'string' ? comparable(known) : known;
  });
  return values.every((value, index) => {
    const before = values[index - 1];
    if (index === 0 || before === undefined || before === null || value === null) return true;
    return key.isDescending ? before >= value : before <= value;
  });
}

async function overviewTimes(
  ask: Asker,
  planted: readonly PlantedDevice[],
  run: SuiteRun,
): Promise<Figure[]> {
  const times: number[] = [];
  let wrong = 0;
  const online = planted.filter((device) => device.online).length;
  const bySystem = new Map<string, number>();
  for (const { operatingSystem } of planted) {
    bySystem.set(operatingSystem, (bySystem.get(operatingSystem) ?? 0) + 1);
  }
  for (let index = 0; index < OVERVIEWS; index++) {
    const { status, ms, text } = await ask.raw(ADMIN_PATHS.managedDeviceOverview);
    if (status !== 200) throw new Error(`the overview is answered ${status}: ${text}`);
    times.push(ms);
    // The host checks its answers against the contract.
    const overview = JSON.parse(text) as ManagedDeviceOverview;
    const isRight =
      overview.enrolledDeviceCount === planted.length &&
      overview.onlineDeviceCount === online &&
      overview.operatingSystems.every(
        ({ operatingSystem, deviceCount }) =>
          bySystem.get(operatingSystem?.toLowerCase() ?? '') === deviceCount,
      );
    if (isRight) continue;
    wrong += 1;
    run.say(`the overview is not a recount (${online} online of ${planted.length}): ${text}`);
  }
  const p95 = quantile(times, 0.95);
  return [
    {
      suite: 'lists',
      what: `dashboard totals, p95 of ${OVERVIEWS}, ${planted.length} devices`,
      value: round(p95),
      unit: 'ms',
      better: 'less',
      bar: held('dashboard', p95),
    },
    {
      suite: 'lists',
      what: 'dashboard totals that differ from a recount',
      value: wrong,
      unit: '',
      better: 'less',
      bar: held('listCountsWrong', wrong),
    },
  ];
}

function pageFigures(what: string, asked: readonly Asked[]): Figure[] {
  const times = asked.map(({ ms }) => ms);
  const p95 = quantile(times, 0.95);
  const figure = (name: string, value: number): Figure => ({
    ...{
      suite: 'lists',
      what: `${what}: ${name}`,
      value: round(value),
      unit: 'ms',
      better: 'less',
    },
  });
  return [
    { ...figure('p95', p95), bar: held('listP95', p95) },
    figure('p50', quantile(times, 0.5)),
    figure('most', Math.max(...times)),
  ];
}

function slowest(asked: readonly Asked[]): readonly Asked[] {
  return [...asked].sort((a, b) => b.ms - a.ms).slice(0, SLOWEST);
}

async function residentMb(pid: number): Promise<number> {
  const own = (await processTree(pid)).get(pid);
  return (own?.residentBytes ?? Number.NaN) / 1024 / 1024;
}
