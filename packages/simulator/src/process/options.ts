import { parseArgs } from 'node:util';

/** What a fleet process is started with; nothing of it is secret, for every user sees arguments. */
export interface FleetProcessOptions {
  readonly devices: number;
  readonly first?: number | undefined;
  readonly seed?: string | undefined;
  /** `organization`, `lab`, or a file. */
  readonly profile?: string | undefined;
  readonly folder?: string | undefined;
  readonly chaos?: boolean | undefined;
  readonly alwaysOnline?: boolean | undefined;
  readonly localAddress?: string | undefined;
  readonly requestLimit?: number | undefined;
  /** Devices that are enrolled already go to work at once. */
  readonly live?: boolean | undefined;
  /** Tells the parent of every action's stages. */
  readonly events?: boolean | undefined;
}

const OPTIONS = {
  devices: { type: 'string' },
  first: { type: 'string' },
  seed: { type: 'string' },
  profile: { type: 'string' },
  data: { type: 'string' },
  chaos: { type: 'boolean' },
  'always-online': { type: 'boolean' },
  'local-address': { type: 'string' },
  'request-limit': { type: 'string' },
  live: { type: 'boolean' },
  events: { type: 'boolean' },
} as const;

/** The arguments of the process entry. */
export function fleetArguments(options: FleetProcessOptions): readonly string[] {
  const given = (name: keyof typeof OPTIONS, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  return [
    'run',
    ...given('devices', options.devices),
    ...given('first', options.first),
    ...given('seed', options.seed),
    ...given('profile', options.profile),
    ...given('data', options.folder),
    ...given('local-address', options.localAddress),
    ...given('request-limit', options.requestLimit),
    ...(options.chaos ? ['--chaos'] : []),
    ...(options.alwaysOnline ? ['--always-online'] : []),
    ...(options.live ? ['--live'] : []),
    ...(options.events ? ['--events'] : []),
  ];
}

/** The reverse. @throws Error for arguments that `fleetArguments` does not make */
export function readFleetArguments(argv: readonly string[]): FleetProcessOptions {
  const [word, ...rest] = argv;
  if (word !== 'run') throw new Error('the one command is run');
  const { values } = parseArgs({ args: rest, options: OPTIONS });
  const number = (text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^\d{1,9}$/.test(text)) throw new Error(`${text} is no whole number`);
    return value;
  };
  return {
    devices: number(values.devices) ?? 0,
    first: number(values.first),
    seed: values.seed,
    profile: values.profile,
    folder: values.data,
    chaos: values.chaos,
    alwaysOnline: values['always-online'],
    localAddress: values['local-address'],
    requestLimit: number(values['request-limit']),
    live: values.live,
    events: values.events,
  };
}
