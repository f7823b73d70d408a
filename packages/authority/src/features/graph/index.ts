export { batchRoute } from './batch.ts';
export { graphErrors } from './errors.ts';
export { eventsRoute } from './events.ts';
export { metadataRoute } from './metadata.ts';
