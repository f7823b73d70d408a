import { hashText } from '../random/draw.ts';

const WHAT = [
  'who',
  'hardware',
  'network',
  'disk',
  'diskUse',
  'system',
  'restart',
  'restartTime',
  'software',
  'updates',
  'processes',
  'users',
  'presence',
  'day',
  'link',
  'clock',
  'fate',
] as const;

/** What is drawn: each has its own stream, so that a new draw changes no other. */
export const SALT: Readonly<Record<(typeof WHAT)[number], number>> = Object.fromEntries(
  WHAT.map((what) => [what, hashText(what)]),
  // Every name was just entered.
) as Record<(typeof WHAT)[number], number>;
