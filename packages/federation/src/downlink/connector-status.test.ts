import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectorStatus } from './connector-status.ts';
import type { ConnectorRow } from './tables.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const ROW: ConnectorRow = {
  authority_id: '',
  id: '',
  site_id: '',
  display_name: 'HQ1',
  site_version: '0.1.0',
  protocol: 1,
  attached_at: new Date(NOW - 30 * MINUTE),
  attached_by: 'alice',
  certificate_serial: '01',
  certificate_ends_at: new Date(NOW + 20 * DAY),
  next_serial: null,
  next_ends_at: null,
  revoked_at: null,
  epoch: 'e',
  cursor: '0.0',
  last_sync_at: null,
  connected_at: null,
  disconnected_at: null,
};
const OPEN = { connectedAt: NOW - 5 * MINUTE, isBehind: false, refusal: null };

const CASES: readonly [
  string,
  Partial<ConnectorRow>,
  typeof OPEN | (Omit<typeof OPEN, 'refusal'> & { refusal: string }) | null,
  string,
  RegExp,
][] = [
  ['open and caught up', {}, OPEN, 'healthy', /^Connected 5 min ago and up to date\.$/],
  ['open and behind', {}, { ...OPEN, isBehind: true }, 'warning', /catching up/],
  [
    'open, its batch refused',
    {},
    { ...OPEN, refusal: 'Line 3 is bad.' },
    'warning',
    /refused: Line 3 is bad\.$/,
  ],
  [
    'open, its certificate near its end',
    { certificate_ends_at: new Date(NOW + 6 * DAY) },
    OPEN,
    'warning',
    /ends in 6 days/,
  ],
  ['never connected', {}, null, 'unhealthy', /^Attached 30 min ago, and has not connected yet/],
  [
    'closed',
    { disconnected_at: new Date(NOW - 3 * MINUTE) },
    null,
    'unhealthy',
    /last connected 3 min ago/,
  ],
  [
    'closed by a kill of the tenant',
    { connected_at: new Date(NOW - 3 * 60 * MINUTE) },
    null,
    'unhealthy',
    /last connected 3 h ago/,
  ],
  ['revoked', { revoked_at: new Date(NOW) }, null, 'unhealthy', /^Revoked just now/],
];

for (const [what, change, uplink, status, reason] of CASES) {
  test(`a connector that is ${what} is ${status}, and says why`, () => {
    const shown = connectorStatus({ ...ROW, ...change }, uplink, NOW);
    assert.equal(shown.status, status);
    assert.match(shown.statusReason, reason);
  });
}
