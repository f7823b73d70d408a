import { once } from 'node:events';
import { createServer } from 'node:net';
import { isErrno, reasonOf } from '@moorline/files';
import { cliErrors } from '../errors.ts';
import type { UpOptions } from './options.ts';
import { portHolder } from './port-holder.ts';

const LOOPBACK = '127.0.0.1';

/**
 * Opens and closes every port that the hosts will need.
 * @throws `cli.port_in_use`, `cli.address_unavailable` for the first that cannot be had
 */
export async function checkPorts(options: UpOptions): Promise<void> {
  const hosts = [
    { option: '--tenant-port', port: options.tenantPort },
    { option: '--site-port', port: options.sitePort },
  ];
  for (const { option, port } of hosts) {
    await checkPort(port - 1, LOOPBACK, option);
    await checkPort(port, options.host, option);
    await checkPort(port + 1, options.host, option);
  }
}

async function checkPort(port: number, address: string, option: string): Promise<void> {
  const server = createServer();
  try {
    server.listen({ port, host: address, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    if (isErrno(error) && error.code === 'EADDRINUSE') {
      const holder = await portHolder(port);
      const by = holder === undefined ? '' : ` by ${holder}`;
      throw cliErrors.portInUse({ port, address, holder: by, option }, { cause: error });
    }
    const details = { port, address, option, reason: reasonOf(error) };
    throw cliErrors.addressUnavailable(details, { cause: error });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
