import { MAX_RECONNECT_SPREAD_S } from '@moorline/contracts/agent';

/** Over how long the first attempt after a lost channel is spread, as the authority last said. */
export interface ReconnectSpread {
  /** Takes the header of an answer; one that says nothing changes nothing. */
  observe(header: string | string[] | undefined): void;
  readonly ms: number;
}

export function createReconnectSpread(): ReconnectSpread {
  let seconds = 0;
  return {
    observe(header) {
      if (typeof header !== 'string' || !/^\d{1,6}$/.test(header)) return;
      seconds = Math.min(Number(header), MAX_RECONNECT_SPREAD_S);
    },
    get ms() {
      return seconds * 1000;
    },
  };
}
