import { Transform, type TransformCallback } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { httpErrors } from './errors.ts';
import type { HttpApp } from './http-app.ts';

/**
 * Unpacks gzip bodies where a route says `config.gzip`; the route's bodyLimit counts what comes out, so that a
 * small body cannot become a large one. Any other encoding is answered 415.
 */
export function takeGzipBodies(app: HttpApp): void {
  app.addHook('preParsing', async (request: FastifyRequest, _reply, payload) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') return payload;
    if (encoding !== 'gzip' || request.routeOptions.config.gzip !== true) {
      throw httpErrors.encoding({ encoding: String(encoding).slice(0, 64) });
    }
    const limitBytes = request.routeOptions.bodyLimit ?? 0;
    const unpacked = new BoundedBody(limitBytes);
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    payload.on('data', (chunk: Buffer) => {
      unpacked.receivedEncodedLength += chunk.length;
    });
    gunzip.on('error', () =>
      unpacked.destroy(httpErrors.malformed({ problem: 'its body is not valid gzip' })),
    );
    unpacked.on('close', () => {
      payload.unpipe(gunzip);
      gunzip.destroy();
      // What is left is read and dropped, so that the answer reaches a sender that is still sending.
      payload.resume();
    });
    payload.pipe(gunzip).pipe(unpacked);
    return unpacked;
  });
}

/** What is unpacked at a time: bodies are megabytes, and each piece goes through two streams. */
const CHUNK_BYTES = 64 * 1024;

class BoundedBody extends Transform {
  /** Fastify compares it with content-length. */
  receivedEncodedLength = 0;
  readonly #limitBytes: number;
  #bytes = 0;

  constructor(limitBytes: number) {
    super();
    this.#limitBytes = limitBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limitBytes) {
      done(httpErrors.tooLarge({ limitBytes: this.#limitBytes }));
    } else {
      done(null, chunk);
    }
  }
}
