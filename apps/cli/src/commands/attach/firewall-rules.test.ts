import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { AttachEndpoint } from '@moorline/contracts/admin';
import { firewallRules, renderFirewall } from './firewall-rules.ts';

const GATEWAY: AttachEndpoint = {
  id: 'gateway',
  host: 'tenant.example',
  port: 8444,
  transport: 'https',
  purpose: 'Upload',
  critical: true,
  since: '0.1.0',
  status: 'pass',
  result: 'Reached.',
  stage: null,
  checkedDateTime: '2026-11-23T10:00:00.000Z',
  durationMs: 3,
  addresses: ['192.0.2.7', '2001:db8::7'],
  proxy: null,
  link: 'docs/attach.md#endpoint-gateway',
};
const UPLINK: AttachEndpoint = {
  ...GATEWAY,
  id: 'uplink',
  transport: 'webSocket',
  purpose: 'Relay',
};

test('endpoints of one host and port make one rule, with the addresses of both families', () => {
  const rules = firewallRules([GATEWAY, UPLINK]);
  assert.deepEqual(rules, [
    {
      name: 'moorline-gateway',
      host: 'tenant.example',
      port: 8444,
      addresses: ['192.0.2.7', '2001:db8::7'],
      purpose: 'Upload; Relay',
    },
  ]);
  const text = renderFirewall(rules, undefined);
  assert.match(text, /ip daddr \{ 192\.0\.2\.7 \} tcp dport 8444 accept/);
  assert.match(text, /ip6 daddr \{ 2001:db8::7 \} tcp dport 8444 accept/);
  assert.match(
    text,
    /^netsh advfirewall firewall add rule name="moorline-gateway" dir=out action=allow protocol=TCP remoteip=192\.0\.2\.7,2001:db8::7 remoteport=8444$/m,
  );
  assert.match(
    text,
    /^moorline-gateway,out,tcp,tenant\.example,192\.0\.2\.7 2001:db8::7,8444,Upload; Relay\r$/m,
  );
});

test('behind a proxy the rule allows the proxy, and not the tenant', () => {
  const [rule, ...more] = firewallRules([{ ...GATEWAY, proxy: '10.0.0.1:3128' }]);
  assert.equal(more.length, 0);
  assert.deepEqual([rule?.host, rule?.port, rule?.addresses], ['10.0.0.1', 3128, ['10.0.0.1']]);
});

test('nothing that a tenant publishes leaves its place in a rule', () => {
  const hostile = {
    ...GATEWAY,
    id: 'a" & calc & "',
    host: 'x"; drop',
    purpose: 'a\n}\ntable inet evil { "',
    addresses: ['1.2.3.4; flush ruleset'],
  };
  const text = renderFirewall(firewallRules([hostile]), undefined);
  assert.doesNotMatch(text, /calc &|flush ruleset|^table inet evil|"; drop/m);
});

test('nftables takes the rules as they are printed', (context) => {
  const script = renderFirewall(firewallRules([GATEWAY, UPLINK]), 'nftables');
  const checked = spawnSync('nft', ['--check', '--file', '-'], { input: script });
  if (checked.error || /not permitted/i.test(String(checked.stderr))) {
    context.skip('nft is not installed, or this user may not ask it');
    return;
  }
  assert.equal(checked.status, 0, String(checked.stderr));
});
