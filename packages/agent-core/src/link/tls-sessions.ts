import { createHash } from 'node:crypto';
import { readIfPresent, writeDurably } from '@moorline/files';

/** The newest TLS session of one credential with one authority: what the next connection begins with. */
export interface TlsSession {
  readonly present: Buffer | undefined;
  keep(session: Buffer): void;
  /** It was of no use: the next connection begins anew. */
  drop(): void;
}

/** Sessions that outlive the agent's process. As secret as the private key: the file is 0600. */
export interface TlsSessions extends AsyncDisposable {
  /** Of exactly these: a session stands for the certificate that it was made with. */
  of(credential: {
    readonly url: string;
    readonly ca: string;
    readonly certificate: string;
  }): TlsSession;
}

interface Stored {
  /** Digest of the authority and certificate that it belongs to. */
  readonly of: string;
  /** Base64. */
  readonly session: string;
}

/** A session for as long as the process lives. */
export function sessionInMemory(): TlsSession {
  let present: Buffer | undefined;
  return {
    get present() {
      return present;
    },
    keep: (session) => {
      present = session;
    },
    drop: () => {
      present = undefined;
    },
  };
}

/** Opens the kept session in `file`. One that is damaged, or cannot be written, costs a full handshake and no more. */
export async function openTlsSessions(file: string): Promise<TlsSessions> {
  let stored = parse(await readIfPresent(file).catch(() => undefined));
  let writing: Promise<void> = Promise.resolve();

  const store = (next: Stored): void => {
    stored = next;
    writing = writing.then(async () => {
      // Only the newest of those that came meanwhile is worth a write.
      if (stored !== next) return;
      await writeDurably(file, JSON.stringify(next)).catch(() => {});
    });
  };

  return {
    of({ url, ca, certificate }) {
      const of = createHash('sha256').update(`${url}\n${ca}\n${certificate}`).digest('hex');
      const session = sessionInMemory();
      if (stored?.of === of) session.keep(Buffer.from(stored.session, 'base64'));
      return {
        get present() {
          return session.present;
        },
        keep(ticket) {
          session.keep(ticket);
          store({ of, session: ticket.toString('base64') });
        },
        drop: session.drop,
      };
    },
    [Symbol.asyncDispose]: () => writing,
  };
}

function parse(text: string | undefined): Stored | undefined {
  if (!text) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Stored, unknown>> | null;
    return typeof value?.of === 'string' && typeof value.session === 'string'
      ? { of: value.of, session: value.session }
      : undefined;
  } catch {
    return undefined;
  }
}
