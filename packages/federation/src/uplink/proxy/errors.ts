import { defineErrors, type ErrorFactory } from '@moorline/kernel';

const PROXY_ERRORS = {
  urlMalformed: {
    code: 'proxy.url_malformed',
    kind: 'failure',
    text: 'The proxy {url} is not one that this site can use: {reason}. Give it as http://host:port with --proxy or HTTPS_PROXY.',
  },
  credentialsUnsafe: {
    code: 'proxy.credentials_unsafe',
    kind: 'failure',
    text: 'The file {file} with the credentials of the proxy may be read by others (mode {mode}). Run: chmod 600 {file}',
  },
  credentialsUnreadable: {
    code: 'proxy.credentials_unreadable',
    kind: 'failure',
    text: 'The file {file} with the credentials of the proxy cannot be used: {reason}. It holds one line: "basic USER:PASSWORD" or "bearer TOKEN".',
  },
  unreachable: {
    code: 'proxy.unreachable',
    kind: 'unavailable',
    text: 'The proxy {proxy} does not answer: {reason}. Check its address (--proxy or HTTPS_PROXY) and that this server may reach it.',
  },
  refused: {
    code: 'proxy.refused',
    kind: 'unavailable',
    status: 502,
    text: 'The proxy {proxy} answered {httpStatus} when it was asked for {target}. {hint}',
  },
} as const;

/** What can go wrong between a site and the proxy that it reaches its tenant through. */
export const proxyErrors: { readonly [K in keyof typeof PROXY_ERRORS]: ErrorFactory } =
  defineErrors(PROXY_ERRORS);
