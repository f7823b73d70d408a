// The least that a mutual-TLS server of POSTs can be with Fastify: JSON is parsed, and answered.
import type { AddressInfo } from 'node:net';
import { AGENT_PATHS } from '@moorline/contracts/agent';
import Fastify from 'fastify';
import type { ServerIdentity } from './bare-server.ts';

process.once('message', async ({ cert, key, ca }: ServerIdentity) => {
  const app = Fastify({
    https: { cert, key, ca, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
    keepAliveTimeout: 65_000,
  });
  app.post(AGENT_PATHS.documents, async () => ({ stored: ['InstalledSoftware'], resync: [] }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  process.send?.((app.server.address() as AddressInfo).port);
});
