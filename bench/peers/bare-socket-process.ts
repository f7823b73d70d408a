// The least that a mutual-TLS WebSocket server can be.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { ServerIdentity } from './bare-server.ts';

process.once('message', ({ cert, key, ca }: ServerIdentity) => {
  const server = createServer({
    cert,
    key,
    ca,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
  });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
});
