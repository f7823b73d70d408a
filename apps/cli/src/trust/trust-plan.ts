import { X509Certificate } from 'node:crypto';

/** One thing to do, in order. */
export type TrustStep =
  | { readonly kind: 'write'; readonly path: string; readonly content: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'run'; readonly command: string; readonly args: readonly string[] };

export interface TrustSystem {
  readonly platform: NodeJS.Platform;
  /** Whether a path is there: Linux's families differ in their folders. */
  exists(path: string): boolean;
  /** Folder for a certificate that a command is handed as a file. */
  readonly temporaryFolder: string;
}

const DEBIAN = '/usr/local/share/ca-certificates';
const RED_HAT = '/etc/pki/ca-trust/source/anchors';
const MAC_KEYCHAIN = '/Library/Keychains/System.keychain';

/**
 * What puts a certificate into the system's store, or takes it out again; undefined when this system's store
 * is not known. Debian's is verified; Red Hat's, macOS's and Windows's are not verified.
 */
export function trustPlan(
  caPem: string,
  action: 'add' | 'remove',
  system: TrustSystem,
): readonly TrustStep[] | undefined {
  const certificate = new X509Certificate(caPem);
  const name = `moorline-${certificate.fingerprint256.replaceAll(':', '').slice(0, 16).toLowerCase()}`;
  const sha1 = certificate.fingerprint.replaceAll(':', '');
  const pem = certificate.toString();
  if (system.platform === 'linux') return linuxPlan(name, pem, action, system);
  const file = `${system.temporaryFolder}/${name}.pem`;
  const handedOver = (command: string, ...args: readonly string[]): readonly TrustStep[] => [
    { kind: 'write', path: file, content: pem },
    { kind: 'run', command, args },
    { kind: 'remove', path: file },
  ];
  if (system.platform === 'darwin') {
    return action === 'add'
      ? handedOver(
          'security',
          'add-trusted-cert',
          '-d',
          '-r',
          'trustRoot',
          '-k',
          MAC_KEYCHAIN,
          file,
        )
      : [
          ...handedOver('security', 'remove-trusted-cert', '-d', file),
          {
            kind: 'run',
            command: 'security',
            args: ['delete-certificate', '-Z', sha1, MAC_KEYCHAIN],
          },
        ];
  }
  if (system.platform === 'win32') {
    return action === 'add'
      ? handedOver('certutil', '-addstore', '-f', 'Root', file)
      : [{ kind: 'run', command: 'certutil', args: ['-delstore', 'Root', sha1] }];
  }
  return undefined;
}

function linuxPlan(
  name: string,
  content: string,
  action: 'add' | 'remove',
  system: TrustSystem,
): readonly TrustStep[] | undefined {
  const place = system.exists(DEBIAN)
    ? { path: `${DEBIAN}/${name}.crt`, command: 'update-ca-certificates', args: ['--fresh'] }
    : system.exists(RED_HAT)
      ? { path: `${RED_HAT}/${name}.pem`, command: 'update-ca-trust', args: ['extract'] }
      : undefined;
  if (!place) return undefined;
  const { path, command, args } = place;
  const change: TrustStep =
    action === 'add' ? { kind: 'write', path, content } : { kind: 'remove', path };
  return [change, { kind: 'run', command, args }];
}

export function describeStep(step: TrustStep): string {
  switch (step.kind) {
    case 'write':
      return `write the certificate to ${step.path}`;
    case 'remove':
      return `remove ${step.path}`;
    case 'run':
      return `run ${step.command} ${step.args.join(' ')}`;
  }
}
