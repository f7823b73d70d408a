import { isIP } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { CONNECTED_ALPN } from '@moorline/contracts/agent';

/** What a device shows of itself: PEM. */
export interface Credential {
  readonly privateKey: string;
  readonly certificate: string;
}

/** Opens TLS 1.3 connections to one gateway, for any number of devices. */
export interface Dialer {
  /** `host:port`, as requests name it. */
  readonly host: string;
  /**
   * The socket, not connected yet.
   * @param credential null: without a client certificate, to enrol
   * @param session the device's last TLS session, to resume
   * @param isConnected whether the device's channel is open: marks the connection
   */
  dial(credential: Credential | null, session: Buffer | null, isConnected?: boolean): TLSSocket;
}

const ALONE = ['http/1.1'];
const CONNECTED = ['http/1.1', CONNECTED_ALPN];

/** The part of Node's native context that takes another certificate. */
interface NativeContext {
  setCert(pem: string): void;
  setKey(pem: string): void;
}

/**
 * A context of its own costs 35 KB a connection, which OpenSSL holds as long as the connection: a connection
 * copies certificate and key from its context when it is made, so one context serves all in turn.
 * @param url origin of the gateway
 * @param ca PEM of the only root that is trusted
 */
export function createDialer(options: {
  readonly url: string;
  readonly ca: string;
  readonly localAddress?: string | undefined;
}): Dialer {
  const { hostname, port, host } = new URL(options.url);
  const address = hostname.replace(/^\[|\]$/g, '');
  const { ca } = options;
  const anonymous = createSecureContext({ ca, minVersion: 'TLSv1.3' });
  const shared = createSecureContext({ ca, minVersion: 'TLSv1.3' });
  const native: unknown = shared.context;
  const contextFor = (credential: Credential | null): SecureContext => {
    if (credential === null) return anonymous;
    const { certificate: cert, privateKey: key } = credential;
    if (!isNativeContext(native))
      return createSecureContext({ ca, cert, key, minVersion: 'TLSv1.3' });
    native.setCert(cert);
    native.setKey(key);
    return shared;
  };
  return {
    host,
    dial: (credential, session, isConnected = false) =>
      connect({
        host: address,
        port: Number(port || 443),
        ...(isIP(address) === 0 && { servername: address }),
        ...(options.localAddress !== undefined && { localAddress: options.localAddress }),
        ...(session !== null && { session }),
        secureContext: contextFor(credential),
        ALPNProtocols: isConnected ? CONNECTED : ALONE,
      }),
  };
}

function isNativeContext(value: unknown): value is NativeContext {
  return (
    value !== null &&
    typeof value === 'object' &&
    typeof Reflect.get(value, 'setCert') === 'function' &&
    typeof Reflect.get(value, 'setKey') === 'function'
  );
}
