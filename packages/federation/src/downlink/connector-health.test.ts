import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FEDERATION_PROTOCOL, type SiteReport } from '@moorline/contracts/federation';
import { type ConnectorEvidence, connectorHealth, upgradeUnlocks } from './connector-health.ts';
import type { KnownConnector } from './tables.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const at = (beforeMs: number): Date => new Date(NOW - beforeMs);

const ROW: KnownConnector = {
  authority_id: '',
  id: '',
  site_id: '',
  display_name: 'HQ1',
  site_version: '0.1.0',
  protocol: FEDERATION_PROTOCOL,
  attached_at: at(DAY),
  attached_by: 'alice',
  certificate_serial: '01',
  certificate_ends_at: at(-20 * DAY),
  next_serial: null,
  next_ends_at: null,
  revoked_at: null,
  detached_by: null,
  epoch: 'e',
  cursor: '0.0',
  permissions: 'siteAndTenant',
  upload_categories: null,
  last_sync_at: null,
  connected_at: at(5 * MINUTE),
  disconnected_at: null,
  last_probe_at: at(30 * SECOND),
  last_status: 'healthy',
};
const UPLOAD: SiteReport['upload'] = {
  phase: 'upToDate',
  reason: 'Up to date.',
  lagRows: 0,
  lagSeconds: 0,
  lastAckAt: null,
  lastFullSyncAt: null,
  inScope: 3,
  excluded: 0,
  problem: null,
  digest: null,
};
const ENDPOINT = {
  id: 'gateway',
  host: 'tenant.example',
  port: 8444,
  transport: 'https',
  critical: true,
  status: 'pass',
  result: 'Reached.',
  checkedAt: null,
} as const;
const OPEN: ConnectorEvidence = {
  uplink: { connectedAt: NOW - 5 * MINUTE },
  probe: { failure: null, isAnswered: false },
  report: null,
  refusal: null,
  behindSince: null,
  clone: null,
};
const CLOSED = { ...OPEN, uplink: null };

function reported(
  change: Partial<SiteReport['upload']>,
  endpoints: SiteReport['endpoints'] = null,
) {
  const site: SiteReport = {
    version: '0.1.0',
    protocol: FEDERATION_PROTOCOL,
    upload: { ...UPLOAD, ...change },
    certificate: { renewAfter: '2026-12-01T00:00:00.000Z' },
    endpoints,
  };
  return { ...OPEN, report: { at: NOW, site } };
}
const digest = (sinceMs: number) => ({
  state: 'repairing' as const,
  comparedAt: at(0).toISOString(),
  disagreesSince: at(sinceMs).toISOString(),
  differingDevices: 2,
});

const CASES: readonly [string, Partial<KnownConnector>, ConnectorEvidence, string, RegExp][] = [
  ['connected and probed', {}, reported({}), 'healthy', /^Connected 5 min ago\. Up to date\.$/],
  [
    'not probed for two cycles',
    { last_probe_at: at(2.9 * MINUTE) },
    OPEN,
    'healthy',
    /^Connected 5 min ago/,
  ],
  [
    'not answering probes for three cycles',
    { last_probe_at: at(3 * MINUTE) },
    { ...OPEN, probe: { failure: 'HQ1 did not answer within 15 s.', isAnswered: false } },
    'warning',
    /no probe got through its queue for 3 min\. HQ1 did not answer/,
  ],
  [
    'not answering probes for five cycles',
    { last_probe_at: at(5 * MINUTE) },
    OPEN,
    'unhealthy',
    /is connected, and no probe got through/,
  ],
  [
    'answering probes with a failure for three cycles',
    { last_probe_at: at(3 * MINUTE) },
    { ...OPEN, probe: { failure: 'The queue is stuck.', isAnswered: true } },
    'unhealthy',
    /The queue is stuck\. Look at the log of HQ1\.$/,
  ],
  [
    'never answering a probe since it was attached',
    { attached_at: at(6 * MINUTE), last_probe_at: null },
    OPEN,
    'unhealthy',
    /no probe got through its queue for 6 min/,
  ],
  [
    'of a version that knows no probe',
    { protocol: 1, last_probe_at: null },
    OPEN,
    'warning',
    /cannot be probed.*Update the site\.$/,
  ],
  ['away for two minutes', { disconnected_at: at(2 * MINUTE) }, CLOSED, 'healthy', /comes back/],
  [
    'away for three minutes',
    { disconnected_at: at(3 * MINUTE), last_probe_at: at(4 * MINUTE) },
    CLOSED,
    'warning',
    /^Not connected: it was last connected 3 min ago/,
  ],
  [
    'away for fifteen minutes',
    { disconnected_at: at(15 * MINUTE), connected_at: at(60 * MINUTE), last_probe_at: null },
    CLOSED,
    'unhealthy',
    /last connected 15 min ago/,
  ],
  [
    'away since a tenant that was killed',
    { connected_at: at(3 * 60 * MINUTE), last_probe_at: at(2 * 60 * MINUTE) },
    CLOSED,
    'unhealthy',
    /last connected 2 h ago/,
  ],
  [
    'attached and never connected',
    { attached_at: at(20 * MINUTE), connected_at: null, last_probe_at: null },
    CLOSED,
    'unhealthy',
    /^Attached 20 min ago, and has not connected yet/,
  ],
  [
    'whose last batch was refused',
    {},
    { ...OPEN, refusal: { at: NOW - MINUTE, reason: 'Line 3 is bad.' } },
    'unhealthy',
    /refused 1 min ago: Line 3 is bad\.$/,
  ],
  ['five minutes behind', {}, reported({ lagRows: 2, lagSeconds: 300 }), 'healthy', /2 changes/],
  [
    'more than five minutes behind',
    {},
    reported({ lagRows: 2, lagSeconds: 301, problem: 'The tenant is full.' }),
    'warning',
    /2 changes of the site have waited for 5 min\. The tenant is full\.$/,
  ],
  [
    'whose batches have said for six minutes that more follow',
    {},
    { ...OPEN, behindSince: NOW - 6 * MINUTE },
    'warning',
    /Catching up for 6 min/,
  ],
  [
    'that waits for its next run',
    {},
    reported({ phase: 'waiting', reason: 'Next run at 12:15.', lagRows: 9, lagSeconds: 600 }),
    'healthy',
    /Next run at 12:15/,
  ],
  ['whose upload is paused', {}, reported({ phase: 'paused' }), 'warning', /upload is paused/],
  ['being repaired', {}, reported({ digest: digest(10 * MINUTE) }), 'healthy', /^Connected/],
  [
    'not repaired in ten minutes',
    {},
    reported({ digest: digest(11 * MINUTE) }),
    'warning',
    /2 devices differ between site and tenant for 11 min/,
  ],
  [
    'whose certificate ends in seven days',
    { certificate_ends_at: at(-7 * DAY) },
    OPEN,
    'healthy',
    /^Connected/,
  ],
  [
    'whose certificate ends within seven days',
    { certificate_ends_at: at(-7 * DAY + MINUTE) },
    OPEN,
    'warning',
    /certificate ends in 6 days/,
  ],
  [
    'whose certificate has ended',
    { certificate_ends_at: at(0) },
    OPEN,
    'unhealthy',
    /certificate ended just now/,
  ],
  [
    'that does not reach an endpoint that matters',
    {},
    reported({}, [{ ...ENDPOINT, status: 'fail', result: 'Refused.' }]),
    'unhealthy',
    /From the site, tenant\.example:8444 \(gateway\) fails: Refused\.$/,
  ],
  [
    'that does not reach an endpoint that can be done without',
    {},
    reported({}, [ENDPOINT, { ...ENDPOINT, id: 'uplink', critical: false, status: 'fail' }]),
    'warning',
    /\(uplink\) fails/,
  ],
  [
    'whose identity a second server showed',
    {},
    { ...OPEN, clone: { at: NOW - MINUTE, message: 'A second server came.' } },
    'warning',
    /^A second server came\.$/,
  ],
  ['detached', { revoked_at: at(0), detached_by: 'alice' }, CLOSED, 'notEnabled', /by alice/],
];

for (const [what, change, evidence, status, reason] of CASES) {
  test(`a connector that is ${what} is ${status}, and says why`, () => {
    const shown = connectorHealth({ ...ROW, ...change }, evidence, NOW);
    assert.equal(shown.status, status, shown.statusReason);
    assert.match(shown.statusReason, reason);
  });
}

test('of several aspects the worst decides, and each is told', () => {
  const row = { ...ROW, certificate_ends_at: at(-DAY) };
  const evidence = { ...reported({}), refusal: { at: NOW, reason: 'Line 1 is bad.' } };
  const { status, aspects } = connectorHealth(row, evidence, NOW);
  assert.equal(status, 'unhealthy');
  const statuses = Object.fromEntries(aspects.map((one) => [one.aspect, one.status]));
  assert.deepEqual(statuses, {
    connection: 'healthy',
    probe: 'healthy',
    batches: 'unhealthy',
    upload: 'healthy',
    certificate: 'warning',
    identity: 'healthy',
  });
});

test('an upgrade of a site of the first version unlocks something, of this one nothing', () => {
  assert.ok(upgradeUnlocks(1).length > 0);
  assert.deepEqual(upgradeUnlocks(FEDERATION_PROTOCOL), []);
});
