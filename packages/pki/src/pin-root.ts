import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { type Clock, MoorlineError, rfc3339, systemClock } from '@moorline/kernel';
import { nameText, printable } from './distinguished-name.ts';
import { pkiErrors } from './errors.ts';
import { fingerprintOf } from './fingerprint.ts';

export interface PinRootOptions {
  readonly signal?: AbortSignal;
  /** For the whole exchange; default 10 s. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  /** Opens the connection that TLS is spoken over; default: TCP, directly. Its errors are thrown on as they are. */
  readonly open?: (
    target: { readonly host: string; readonly port: number },
    options: { readonly signal: AbortSignal },
  ) => Promise<Socket>;
}

interface ShownChain {
  readonly leaf: X509Certificate;
  readonly others: readonly X509Certificate[];
}

/**
 * The root that the server at `url` shows, when it is the one that the fingerprint names, is a CA, and issued
 * the server's own certificate for the host of `url`. Sends nothing but a TLS handshake.
 * @param url `https://host:port`
 * @param rootFingerprint SHA-256 of the DER: lower-case hex
 * @returns PEM, to be the sole `ca` of every later connection
 * @throws `pki.root_mismatch`, `pki.server_name_mismatch`, `pki.server_not_current`, `pki.server_unreachable`
 */
export async function pinRoot(
  url: string,
  rootFingerprint: string,
  options: PinRootOptions = {},
): Promise<string> {
  const { host, hostname, port } = addressOf(url);
  const { leaf, others } = await shownChain({ host, hostname, port }, options);
  const root = others.find((certificate) => fingerprintOf(certificate) === rootFingerprint);
  const mismatch = (reason: string): Error =>
    pkiErrors.rootMismatch({ host, issuer: issuerName(leaf), reason, expected: rootFingerprint });
  if (!root) throw mismatch('no certificate that it showed has the expected fingerprint');
  if (!root.ca || !root.checkIssued(root) || !root.verify(root.publicKey)) {
    throw mismatch('the certificate with the expected fingerprint is not a root');
  }
  if (!leaf.checkIssued(root) || !leaf.verify(root.publicKey)) {
    throw mismatch('the expected root did not sign it');
  }
  if (!isFor(leaf, hostname)) {
    throw pkiErrors.serverNameMismatch({ host: hostname, names: namesOf(leaf) });
  }
  checkDates(leaf, host, options.clock ?? systemClock);
  return root.toString();
}

function addressOf(url: string): { host: string; hostname: string; port: number } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'https:') {
    throw pkiErrors.serverUnreachable({
      host: nameText(url),
      reason: 'it is not an https address',
    });
  }
  const hostname = parsed.hostname.replace(/^\[|\]$/g, '');
  return { host: parsed.host, hostname, port: Number(parsed.port || 443) };
}

async function shownChain(
  server: { host: string; hostname: string; port: number },
  options: PinRootOptions,
): Promise<ShownChain> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 10_000);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const under = await opened(server, options, signal);
  const socket = connect({
    host: server.hostname,
    port: server.port,
    ...(under && { socket: under }),
    ...(isIP(server.hostname) === 0 && { servername: server.hostname }),
    // Nothing is trusted yet: what the server shows is compared with the pin below.
    rejectUnauthorized: false,
    // An intercepting proxy often stops at 1.2; connecting lets the error name it.
    minVersion: 'TLSv1.2',
  });
  try {
    await once(socket, 'secureConnect', { signal });
    return readChain(socket);
  } catch (cause) {
    options.signal?.throwIfAborted();
    const reason = timeout.aborted ? 'it did not answer in time' : reasonOf(cause);
    throw pkiErrors.serverUnreachable({ host: server.host, reason }, { cause });
  } finally {
    // A late error of a socket that is given up must not end the process.
    socket.on('error', () => {});
    socket.destroy();
  }
}

async function opened(
  server: { host: string; hostname: string; port: number },
  { open }: PinRootOptions,
  signal: AbortSignal,
): Promise<Socket | undefined> {
  try {
    return await open?.({ host: server.hostname, port: server.port }, { signal });
  } catch (cause) {
    if (cause instanceof MoorlineError) throw cause;
    throw pkiErrors.serverUnreachable({ host: server.host, reason: reasonOf(cause) }, { cause });
  }
}

function readChain(socket: TLSSocket): ShownChain {
  let shown = socket.getPeerCertificate(true);
  const leaf = new X509Certificate(shown.raw);
  const others: X509Certificate[] = [];
  const seen = new Set([shown.fingerprint256]);
  while (shown.issuerCertificate && !seen.has(shown.issuerCertificate.fingerprint256)) {
    shown = shown.issuerCertificate;
    seen.add(shown.fingerprint256);
    others.push(new X509Certificate(shown.raw));
  }
  return { leaf, others };
}

function isFor(leaf: X509Certificate, hostname: string): boolean {
  return isIP(hostname) !== 0
    ? leaf.checkIP(hostname) !== undefined
    : leaf.checkHost(hostname, { subject: 'never' }) !== undefined;
}

function checkDates(leaf: X509Certificate, host: string, clock: Clock): void {
  const now = clock.now();
  const notBefore = leaf.validFromDate.getTime();
  const notAfter = leaf.validToDate.getTime();
  if (now >= notBefore && now < notAfter) return;
  throw pkiErrors.serverNotCurrent({
    host,
    notBefore: rfc3339(notBefore),
    notAfter: rfc3339(notAfter),
    now: rfc3339(now),
  });
}

function issuerName(leaf: X509Certificate): string {
  const common = /^CN=(.*)$/m.exec(leaf.issuer)?.[1];
  return nameText(common ?? leaf.issuer);
}

function namesOf(leaf: X509Certificate): string {
  return printable(leaf.subjectAltName ?? 'no name at all').slice(0, 200);
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && cause.code === 'ECONNREFUSED'
    ? 'nothing listens there'
    : printable(cause.message).slice(0, 200);
}
