/** A bar of the product: what a figure is held to. Data: suites name it, the report prints it. */
export interface Bar {
  readonly text: string;
  keeps(value: number): boolean;
}

const atMost = (limit: number, unit: string): Bar => ({
  text: `≤ ${limit}${unit === '' ? '' : ` ${unit}`}`,
  keeps: (value) => value <= limit,
});
const below = (limit: number, unit: string): Bar => ({
  text: `< ${limit}${unit === '' ? '' : ` ${unit}`}`,
  keeps: (value) => value < limit,
});
const atLeast = (limit: number, unit: string): Bar => ({
  text: `≥ ${limit}${unit === '' ? '' : ` ${unit}`}`,
  keeps: (value) => value >= limit,
});

/** On two cores. */
export const BARS = {
  enrolments: atLeast(200, '/s'),
  enrolmentsLost: atMost(0, ''),
  memoryBeyondBare: atMost(10, 'KB'),
  memoryBesideMeshCentral: below(1, '× MeshCentral'),
  connectCpu: atMost(1.3, '× bare'),
  checkin: atLeast(0.25, '× bare'),
  requestsPerIdleDay: atMost(50, ''),
  upload: atLeast(0.7, '× COPY'),
  visible: atMost(2_000, 'ms'),
  actionSite: atMost(250, 'ms'),
  actionTenant: atMost(400, 'ms'),
  listP95: atMost(100, 'ms'),
  listCountsWrong: atMost(0, ''),
  dashboard: atMost(100, 'ms'),
  consoleFirstRows: atMost(1_000, 'ms'),
  consoleFrame: atMost(50, 'ms'),
  consoleFirstPage: atMost(500, 'KB'),
  agentMemory: atMost(80, 'MB'),
  agentCpu: below(0.1, '%'),
  agentChildren: atMost(0, ''),
  agentInventory: atMost(2_000, 'ms'),
  stormBack: atMost(90, 's'),
  stormActions: atMost(1_000, 'ms'),
  soakErrors: atMost(0, ''),
  /** Growth that cannot be told from none: the slope is within twice its error, or under 1 % an hour. */
  soakSlope: atMost(1, '%/h beyond its error'),
} as const satisfies Readonly<Record<string, Bar>>;

export type BarName = keyof typeof BARS;

/** How the value stands to the bar, as a figure carries it. */
export function held(name: BarName, value: number): { text: string; kept: boolean } {
  const bar = BARS[name];
  return { text: bar.text, kept: bar.keeps(value) };
}
