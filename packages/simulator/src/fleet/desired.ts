import {
  AGENT_PATHS,
  accepts,
  CLIENT_SETTINGS,
  ClientSettings,
  DEFAULT_CLIENT_SETTINGS,
  DESIRED_CURSOR_PATTERN,
  DesiredAnswer,
  RECONNECT_SPREAD_HEADER,
} from '@moorline/contracts/agent';
import { simulatorErrors } from '../errors.ts';
import type { RawAnswer } from '../link/answer-parser.ts';
import type { HttpCall } from '../link/http-connection.ts';
import { jsonOf, refusalOf } from '../link/problem.ts';
import type { SimulatedDevice } from './simulated-device.ts';

export interface DesiredRound {
  readonly changed: number;
  /** Undefined: the authority did not say. */
  readonly actionsWaiting: boolean | undefined;
  readonly settingsChanged: boolean;
}

/** Desired state of the fleet's devices: each keeps its cursor and the settings in force, and no more. */
export interface Desired {
  refresh(
    device: SimulatedDevice,
    send: (call: HttpCall) => Promise<RawAnswer>,
  ): Promise<DesiredRound>;
}

export function createDesired(now: () => number): Desired {
  // Settings and cursors are the same for most devices: each different one is kept once.
  const settings = new Map<string, ClientSettings>();
  let lastCursor = '';

  const settingsOf = (body: unknown): ClientSettings => {
    if (!accepts(ClientSettings, body)) return DEFAULT_CLIENT_SETTINGS;
    const key = JSON.stringify(body);
    const known = settings.get(key);
    if (known) return known;
    if (settings.size > 1000) settings.clear();
    settings.set(key, body);
    return body;
  };
  return {
    async refresh(device, send) {
      const query = device.cursor === null ? '' : `?cursor=${encodeURIComponent(device.cursor)}`;
      const answer = await send({ method: 'GET', path: AGENT_PATHS.desired + query });
      if (answer.status !== 200) throw refusalOf(answer, AGENT_PATHS.desired, now());
      device.observeSpread(answer.headers.get(RECONNECT_SPREAD_HEADER));
      const body = jsonOf(answer);
      if (!accepts(DesiredAnswer, body)) {
        throw simulatorErrors.answerMalformed({ path: AGENT_PATHS.desired });
      }
      const before = device.settings;
      const isFirst = device.cursor === null;
      // A cursor that no header can carry is not kept: the device asks for everything.
      const cursor = DESIRED_CURSOR_PATTERN.test(body.cursor) ? body.cursor : null;
      if (cursor !== null && lastCursor !== cursor) lastCursor = cursor;
      device.cursor = cursor === null ? null : lastCursor;
      device.documents = isFirst
        ? body.documents.length
        : Math.max(device.documents - body.removed.length, body.documents.length);
      const own = body.documents.find(({ name }) => name === CLIENT_SETTINGS);
      if (own) device.settings = settingsOf(own.body);
      else if (isFirst || body.removed.includes(CLIENT_SETTINGS)) {
        device.settings = DEFAULT_CLIENT_SETTINGS;
      }
      return {
        changed: body.documents.length + body.removed.length,
        actionsWaiting: body.actionsWaiting,
        settingsChanged: device.settings !== before,
      };
    },
  };
}
