import { BlockList, isIP } from 'node:net';

/** Whether a host is reached directly, past the proxy. */
export type IsDirect = (host: string, port: number) => boolean;

/**
 * `NO_PROXY` as most programs read it: names divided by commas, each with what lies below it, with or without a
 * leading dot; addresses and CIDR blocks; `host:port`; `*` for everything.
 */
export function readNoProxy(text: string): IsDirect {
  const rules = text
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => ruleOf(entry.toLowerCase()));
  return (host, port) => {
    const name = host.toLowerCase().replace(/\.$/, '');
    return rules.some((rule) => rule(name, port));
  };
}

function ruleOf(entry: string): IsDirect {
  if (entry === '*') return () => true;
  const [, block = '', prefix] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (prefix !== undefined && isIP(block) !== 0) return inBlock(block, Number(prefix));
  const [, bracketed, bracketedPort] = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(entry) ?? [];
  const [, plain, plainPort] = /^([^:]+):(\d{1,5})$/.exec(entry) ?? [];
  const only = bracketedPort ?? plainPort;
  const name = (bracketed ?? plain ?? entry).replace(/^\*?\./, '');
  return (host, port) =>
    (only === undefined || port === Number(only)) &&
    (host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)));
}

function inBlock(block: string, prefix: number): IsDirect {
  const family = isIP(block) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  try {
    list.addSubnet(block, prefix, family);
  } catch {
    return () => false; // a prefix longer than an address holds nothing
  }
  return (host) => {
    const of = isIP(host);
    return of !== 0 && list.check(host, of === 6 ? 'ipv6' : 'ipv4');
  };
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** This machine itself: a proxy elsewhere would reach another one. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family !== 0) return LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4');
  return host === 'localhost' || host.endsWith('.localhost');
}
