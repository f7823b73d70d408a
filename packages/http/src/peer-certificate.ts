import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';

/** The certificate of a client, verified by TLS against the listener's CA, for client authentication. */
export interface PeerCertificate {
  /** Lower-case hex. */
  readonly serial: string;
  /** Its one subjectAltName, a URI. */
  readonly uri: string;
  readonly pem: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

type Connection = FastifyRequest | IncomingMessage | Duplex;

const known = new WeakMap<TLSSocket, PeerCertificate>();

/**
 * The verified certificate at the other end, or null when there is none: not TLS, not shown, not signed by our
 * CA, not current, or not one with exactly one URI as its name. Revocation is the caller's to check.
 */
export function peerCertificate(connection: Connection): PeerCertificate | null {
  const socket = tlsSocketOf(connection);
  if (!socket?.authorized) return null;
  const certificate = known.get(socket) ?? readCertificate(socket);
  if (!certificate) return null;
  known.set(socket, certificate);
  return isCurrent(certificate) ? certificate : null;
}

/** The same, read anew and not remembered: for a connection that is looked at once and then lives long. */
export function peerCertificateOnce(connection: Connection): PeerCertificate | null {
  const socket = tlsSocketOf(connection);
  const certificate = socket?.authorized ? readCertificate(socket) : null;
  return certificate && isCurrent(certificate) ? certificate : null;
}

/** Why `peerCertificate` is null, for people. */
export function peerRefusal(connection: Connection): string {
  const socket = tlsSocketOf(connection);
  if (!socket?.getPeerX509Certificate()) return 'none was shown';
  if (socket.authorized) {
    return readCertificate(socket) ? 'it has expired' : 'it does not name a device or connector';
  }
  const code = String(socket.authorizationError ?? 'not verified');
  return REASONS[code] ?? code;
}

const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'another authority issued it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'another authority issued it',
  CERT_SIGNATURE_FAILURE: 'its signature is false',
  INVALID_PURPOSE: 'it is not for client authentication',
};

// TLS looks at the dates only in a full handshake: not when a session is resumed, nor while a connection lasts.
// It goes by the clock of the system, and so does this.
function isCurrent(certificate: PeerCertificate): boolean {
  return Date.now() < certificate.notAfter;
}

function readCertificate(socket: TLSSocket): PeerCertificate | null {
  const certificate = socket.getPeerX509Certificate();
  const uri = /^URI:([^\s,"]+)$/.exec(certificate?.subjectAltName ?? '')?.[1];
  if (!certificate || uri === undefined) return null;
  return {
    serial: certificate.serialNumber.toLowerCase(),
    uri,
    // Few ask for it, and it costs more than the rest.
    get pem() {
      return certificate.toString();
    },
    notAfter: certificate.validToDate.getTime(),
  };
}

function tlsSocketOf(connection: Connection): TLSSocket | undefined {
  const socket = 'raw' in connection ? connection.raw.socket : connection;
  const inner = 'httpVersion' in socket ? socket.socket : socket;
  return inner instanceof TLSSocket ? inner : undefined;
}
