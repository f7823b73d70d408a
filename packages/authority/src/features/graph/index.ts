export { batchRoute } from './batch.ts';
export { eventsRoute } from './events.ts';
export { metadataRoute } from './metadata.ts';
