import { isIP, isIPv6 } from 'node:net';
import { renderCsv } from '@moorline/codecs/csv';
import type { AttachEndpoint } from '@moorline/contracts/admin';
import { safeText } from '../../output/safe-text.ts';

export const FIREWALL_FORMATS = ['nftables', 'netsh', 'csv'] as const;
export type FirewallFormat = (typeof FIREWALL_FORMATS)[number];

/** Outgoing TCP from the site's server to one place. */
export interface FirewallRule {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Literals: rules go by address. */
  readonly addresses: readonly string[];
  readonly purpose: string;
}

/** One rule for each place that the site connects to: the tenant's own, or the proxy that leads there. */
export function firewallRules(endpoints: readonly AttachEndpoint[]): readonly FirewallRule[] {
  const rules = new Map<string, FirewallRule>();
  for (const endpoint of endpoints) {
    const [, proxyHost, proxyPort] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(endpoint.proxy ?? '') ?? [];
    const host = plain(proxyHost ?? endpoint.host);
    const port = Number(proxyPort ?? endpoint.port);
    const key = `${host} ${port}`;
    const known = rules.get(key);
    const found = proxyHost === undefined ? endpoint.addresses : [];
    const purpose = plain(endpoint.purpose);
    rules.set(key, {
      name: `moorline-${proxyHost === undefined ? plain(endpoint.id) : 'proxy'}`,
      ...known,
      host,
      port,
      addresses: [
        ...new Set([
          ...(known?.addresses ?? []),
          ...[host, ...found].filter((address) => isIP(address) !== 0),
        ]),
      ],
      purpose: known && known.purpose !== purpose ? `${known.purpose}; ${purpose}` : purpose,
    });
  }
  return [...rules.values()];
}

/** The rules as text; without a format, each of them under a heading. */
export function renderFirewall(
  rules: readonly FirewallRule[],
  format: FirewallFormat | undefined,
): string {
  if (format !== undefined) return RENDER[format](rules);
  return FIREWALL_FORMATS.map((one) => `# --- ${one} ---\n${RENDER[one](rules)}`).join('\n');
}

const RENDER: Readonly<Record<FirewallFormat, (rules: readonly FirewallRule[]) => string>> = {
  nftables(rules) {
    const lines = rules.flatMap((rule) => {
      const comment = `comment "${rule.name}"`;
      const of = (family: 'ip' | 'ip6', addresses: readonly string[]): string[] =>
        addresses.length === 0
          ? []
          : [
              `    ${family} daddr { ${addresses.join(', ')} } tcp dport ${rule.port} accept ${comment}`,
            ];
      const six = rule.addresses.filter(isIPv6);
      const four = rule.addresses.filter((address) => !isIPv6(address));
      return [
        `    # ${rule.purpose}: ${rule.host}:${rule.port}`,
        ...(rule.addresses.length === 0
          ? ['    # its address is not known here: put it in']
          : [...of('ip', four), ...of('ip6', six)]),
      ];
    });
    return [
      'table inet moorline {',
      '  chain output {',
      '    type filter hook output priority filter; policy accept;',
      '    ct state established,related accept',
      ...lines,
      '  }',
      '}',
      '',
    ].join('\n');
  },

  netsh: (rules) =>
    rules
      .map(
        (rule) =>
          `netsh advfirewall firewall add rule name="${rule.name}" dir=out action=allow protocol=TCP remoteip=${rule.addresses.length === 0 ? rule.host : rule.addresses.join(',')} remoteport=${rule.port}\n`,
      )
      .join(''),

  csv: (rules) =>
    renderCsv(
      ['name', 'direction', 'protocol', 'host', 'addresses', 'port', 'purpose'],
      rules.map((rule) => ({
        ...rule,
        direction: 'out',
        protocol: 'tcp',
        addresses: rule.addresses.join(' '),
      })),
    ),
};

/** What the tenant published becomes part of commands: nothing but what names and sentences are made of. */
function plain(text: string): string {
  return safeText(text).replace(/[^\p{L}\p{N} .,:;()_-]/gu, '');
}
