import manifest from '../package.json' with { type: 'json' };

/** The version of this host: all packages of a release share it. */
export const VERSION: string = manifest.version;
