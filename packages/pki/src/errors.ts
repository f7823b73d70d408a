import { defineErrors, type ErrorFactory } from '@moorline/kernel';

const TABLE = {
  csrMalformed: {
    code: 'pki.csr_malformed',
    kind: 'failure',
    text: 'The certificate request cannot be read: it is not one PKCS #10 request in PEM, of at most {maxLength} characters. Make a new one and send it again.',
  },
  csrKeyType: {
    code: 'pki.csr_key_type',
    kind: 'failure',
    text: 'The certificate request holds a key that is not accepted here: only ECDSA on the curve P-256 is. Make a P-256 key and request the certificate for it.',
  },
  csrSignature: {
    code: 'pki.csr_signature',
    kind: 'failure',
    text: 'The certificate request is not signed by the key that it holds, so nothing proves that its sender has the key. Sign the request with its own key (ECDSA with SHA-256, -384 or -512).',
  },
  csrRequestsCa: {
    code: 'pki.csr_requests_ca',
    kind: 'failure',
    text: 'The certificate request asks for the right to sign other certificates ({extension}); devices and sites never get it. Make the request without that extension.',
  },
  serverNameInvalid: {
    code: 'pki.server_name_invalid',
    kind: 'failure',
    text: '“{name}” is neither a DNS name nor an IP address, so no server certificate can carry it. Give a host name such as mdm.example.org, or an address.',
  },
  caUnreadable: {
    code: 'pki.ca_unreadable',
    kind: 'failure',
    status: 500,
    text: 'The certificate authority in {file} cannot be used: {reason}. Restore the file from a backup; making a new authority means enrolling every device again.',
  },
  caExpired: {
    code: 'pki.ca_expired',
    kind: 'failure',
    status: 500,
    text: 'The certificate authority “{name}” ended on {notAfter}, or the clock of this machine is wrong. Check the clock first; if it is right, a new authority is needed and every device enrols again.',
  },
  rootMismatch: {
    code: 'pki.root_mismatch',
    kind: 'failure',
    text: 'The server at {host} is not the one that the token names: its certificate was issued by “{issuer}”, and {reason}. If a proxy on the way inspects TLS, exempt {host} from it; if the server was set up anew, ask for a new token.',
  },
  serverNameMismatch: {
    code: 'pki.server_name_mismatch',
    kind: 'failure',
    text: 'The server at {host} has the expected root, but its certificate is for {names}. Use one of these names, or start the server with {host} among its names.',
  },
  serverNotCurrent: {
    code: 'pki.server_not_current',
    kind: 'failure',
    text: 'The certificate of {host} is valid from {notBefore} to {notAfter}, and it is {now} here. Check the clock of this machine, then that of the server.',
  },
  serverUnreachable: {
    code: 'pki.server_unreachable',
    kind: 'unavailable',
    text: 'No TLS connection to {host}: {reason}. Check the address and port, that the server runs, and that no firewall is in between.',
  },
} as const;

/** Everything that can be wrong with a certificate request, a pin or the authority's own files. */
export const pkiErrors: { readonly [K in keyof typeof TABLE]: ErrorFactory } = defineErrors(TABLE);
